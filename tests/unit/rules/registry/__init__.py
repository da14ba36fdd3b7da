"""Rules of the registry."""
