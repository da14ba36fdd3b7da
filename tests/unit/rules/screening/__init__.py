"""The rules of screening: what may be seen at all."""
