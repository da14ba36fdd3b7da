"""Plain tools without opinions: clock, ids, London time, text. Knows nothing of records or Django."""
