"""Tests of single rules and values."""
