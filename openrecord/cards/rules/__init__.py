"""What a card says and how it is written; no database, no clock, no file."""
