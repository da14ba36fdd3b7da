"""The rules of the registry, pure: the checklist for going live."""
