"""Tests of the demo's synthetic England."""
