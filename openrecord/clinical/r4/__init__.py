"""FHIR R4 (UK Core shaped): reading bundles and NDJSON, and the allow-lists every served body passes."""
