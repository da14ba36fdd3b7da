"""Tests of the page floor and of how entries are shown."""
