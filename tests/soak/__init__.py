"""Randomised, crash and timing tests: full size by `make soak`, a seeded tenth in CI."""
