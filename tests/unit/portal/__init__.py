"""Tests of the patients' pages."""
