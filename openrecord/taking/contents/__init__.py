"""What stands in each sort of file. Whatever is here was gathered through the one door; nothing here asks for more."""
