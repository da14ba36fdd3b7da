"""Counting views from the audit of reads, off the hot path. Idempotent; resumes at its watermark."""

from openrecord.viewing import actions

CHUNK = 2000


def count() -> int:
    """Count every read sealed so far; returns how many seals were passed."""
    total = 0
    while passed := actions.count_next(limit=CHUNK):
        total += passed
    return total
