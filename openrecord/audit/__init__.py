"""Append-only, tamper-evident trail; refuses an anonymous actor."""
