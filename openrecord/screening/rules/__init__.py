"""The rules of placement, pure: what may be seen at all, and the whole explained answer for one viewer."""
