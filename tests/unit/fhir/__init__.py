"""Tests of the FHIR surface."""
