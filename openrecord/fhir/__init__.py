"""The FHIR R4 API: a Falcon application that serves stored bytes."""
