"""1. An entry arrives: match the patient, deduplicate, accept or quarantine."""
