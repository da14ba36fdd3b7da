"""The release decision against its worked cases."""
