"""Tests of the practice's pages."""
