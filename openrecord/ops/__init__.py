"""Health and running: commands that operators use."""
