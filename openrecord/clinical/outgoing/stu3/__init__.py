"""A record as GP Connect's Access Record: Structured writes it (FHIR STU3): the way back of `clinical.stu3`."""
