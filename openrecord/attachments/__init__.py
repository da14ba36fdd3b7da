"""Files that came with entries: kept, checked, and handed out to whoever has been served a body that names them."""
