"""3. The record as it may be seen: the only door out."""
