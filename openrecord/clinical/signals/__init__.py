"""Screening signals: pure rules over an entry's text and codes that rank and explain. They never release or hide."""
