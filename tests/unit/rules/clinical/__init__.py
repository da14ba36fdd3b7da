"""Dates and NHS numbers as they are written."""
