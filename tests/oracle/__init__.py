"""A deliberately naive second reading of the release decision; shares no code with the product."""
