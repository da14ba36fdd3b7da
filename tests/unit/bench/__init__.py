"""Tests of the bench: what it measures, never how fast it was."""
