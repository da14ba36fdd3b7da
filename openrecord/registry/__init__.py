"""Organisations and hierarchy, practices and policy, patients and registrations."""
