"""Tests of the screening signals against labelled free text."""
