"""What the import linter cannot see. Each rule names its exceptions, with the reason."""
