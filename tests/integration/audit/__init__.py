"""Tests of the trail against a database."""
