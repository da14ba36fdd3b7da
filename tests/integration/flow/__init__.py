"""Steps between stations, on the real database."""
