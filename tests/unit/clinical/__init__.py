"""Tests of what a record is: kinds, readers, allow-lists."""
