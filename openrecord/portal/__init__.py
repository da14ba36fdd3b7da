"""Patients' pages."""
