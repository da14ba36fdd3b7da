"""The pure rules one by one, as a specification: what `make mutate` holds every wrong change of a rule against."""
