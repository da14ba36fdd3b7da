"""The views of the portal, one file per page or pair of pages."""
