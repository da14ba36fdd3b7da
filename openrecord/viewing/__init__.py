"""6. Who looked at what, when."""
