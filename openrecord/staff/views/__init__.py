"""The views of the practice, one file per page or pair of pages."""
