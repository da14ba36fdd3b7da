"""Demo only: a synthetic England and a sign-in provider with personas.

Production refuses to start where this package can be imported.
"""
