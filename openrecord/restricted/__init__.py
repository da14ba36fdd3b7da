"""Records that staff open only after saying why, and every time they did (R50)."""
