"""Tests of the trail's arithmetic."""
