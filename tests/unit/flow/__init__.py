"""The river's own rules."""
