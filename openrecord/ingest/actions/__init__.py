"""Writes of ingest: accepting one patient's part of one message, keeping sources, quarantine."""
