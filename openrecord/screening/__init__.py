"""2. Rules and people decide; the vault."""
