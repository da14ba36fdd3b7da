"""Tests on real records in ../shared/data; skipped with a reason where that folder is absent."""
