"""What counts as history, and which granted chunk covers it (architecture, Historical; QUESTIONS 9, 10)."""

from datetime import datetime, timedelta

from openrecord.access.rules.windows import live_chunks, window_start
from openrecord.access.types import AccessFacts, Chunk, Reason, Standing
from openrecord.clinical.kinds import KIND_RULES
from openrecord.kit.london import day_of, midnight
from openrecord.screening.types import EntryFacts


def time_reasons(facts: AccessFacts, entry: EntryFacts, at: datetime) -> frozenset[Reason]:
    """Every code of time; empty = a current entry. It is history until a granted chunk covers it."""
    reasons = set(entry.history_marks)
    if entry.recorded is None:
        reasons.add(Reason.RECORDED_MISSING)
    start = window_start(facts, entry.org, at)
    policy = facts.policies.get(entry.org)
    if start is None or policy is None:
        return frozenset(reasons)
    if entry.recorded is not None and entry.recorded < midnight(start):
        reasons.add(Reason.BEFORE_WINDOW)
    oldest = start - timedelta(days=policy.back_record_days)
    if entry.clinical is None or day_of(entry.clinical) < oldest:
        reasons.add(Reason.BACK_RECORD)
    return frozenset(reasons)


def covers(chunk: Chunk, entry: EntryFacts) -> bool:
    """Whether a chunk covers the entry: known when it was granted, inside its days and sections."""
    if entry.known > chunk.granted:
        return False
    if chunk.sections is not None and KIND_RULES[entry.kind].section not in chunk.sections:
        return False
    if entry.clinical is None:
        return chunk.first is None and chunk.last is None
    day = day_of(entry.clinical)
    return (chunk.first is None or day >= chunk.first) and (chunk.last is None or day <= chunk.last)


def standing(facts: AccessFacts, entry: EntryFacts, at: datetime) -> Standing:
    """How the entry stands towards Sight: current, or history with the chunks that cover it."""
    reasons = time_reasons(facts, entry, at)
    if not reasons:
        return Standing(entry.org, entry.slot)
    covering = frozenset(chunk.chunk_id for chunk in live_chunks(facts, entry.org, at) if covers(chunk, entry))
    return Standing(entry.org, entry.slot, covering, reasons)
