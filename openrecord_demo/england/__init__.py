"""A synthetic England: four practices, a few hundred invented people and their GP records. Nobody in it exists."""
