"""Files that come with entries: from the delivery to the browser."""
