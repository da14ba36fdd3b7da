"""Tests of the pages as they are served: every address, every method, everybody who could ask."""
