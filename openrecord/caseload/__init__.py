"""Requests of patients to their practice: made, reviewed, decided, each with its clock (R13, R14, R47, R48)."""
