"""Screening signals: pure, explainable rules over an entry's text and codes. They rank and explain; they never release or hide."""
