"""Writes of screening: receiving what arrived, settling placement, and people's acts on entries."""
