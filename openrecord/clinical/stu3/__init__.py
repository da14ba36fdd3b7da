"""GP Connect Access Record Structured (FHIR STU3), mapped to R4."""
