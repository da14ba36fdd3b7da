"""What a record is: kinds, codes, dates, NHS numbers, element allow-lists, FHIR in and out. No Django."""
