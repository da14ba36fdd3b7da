"""A whole record as one practice controls it, written for another system: FHIR R4 and GP Connect's STU3 (R35)."""
