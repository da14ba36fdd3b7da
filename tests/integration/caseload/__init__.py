"""Requests as patients and practices meet them, on the real database and over HTTP."""
