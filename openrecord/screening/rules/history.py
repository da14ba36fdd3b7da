"""What counts as history, and which granted chunk covers it (architecture, Historical; QUESTIONS 9, 10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openrecord.access.rules.windows import live_chunks, window_start
from openrecord.access.types import AccessFacts, Chunk, Reason, Standing
from openrecord.clinical.kinds import KIND_RULES, Section
from openrecord.kit.london import day_of, midnight
from openrecord.registry.types import OdsCode
from openrecord.screening.types import EntryFacts


def covers(chunk: Chunk, entry: EntryFacts) -> bool:
    """Whether a chunk covers the entry: known when it was granted, inside its days and sections."""
    return entry.known <= chunk.granted and lies_in(entry, chunk.first, chunk.last, chunk.sections)


def lies_in(entry: EntryFacts, first: date | None, last: date | None, sections: Collection[Section] | None) -> bool:
    """Whether the entry is inside these clinical days (inclusive, None = without bound) and sections (None = all).

    What has no clinical date lies only in a part without bounds.
    """
    if sections is not None and KIND_RULES[entry.kind].section not in sections:
        return False
    if entry.clinical is None:
        return first is None and last is None
    day = day_of(entry.clinical)
    return (first is None or day >= first) and (last is None or day <= last)


@dataclass(frozen=True, slots=True)
class _Window:
    """The window of one organisation. `opens`, `oldest`: None where there is none; `chunks`: what was granted there."""

    opens: datetime | None
    oldest: datetime | None
    chunks: tuple[Chunk, ...]


class History:
    """Which entries of one patient are history at one instant."""

    def __init__(self, facts: AccessFacts, at: datetime) -> None:
        self._facts = facts
        self._at = at
        self._windows: dict[OdsCode, _Window] = {}

    def _window(self, org: OdsCode) -> _Window:
        if org not in self._windows:
            chunks = live_chunks(self._facts, org, self._at)
            start = window_start(self._facts, org, self._at)
            policy = self._facts.policies.get(org)
            if start is None or policy is None:
                self._windows[org] = _Window(None, None, chunks)
            else:
                oldest = start - timedelta(days=policy.back_record_days)
                self._windows[org] = _Window(midnight(start), midnight(oldest), chunks)
        return self._windows[org]

    def reasons(self, entry: EntryFacts) -> frozenset[Reason]:
        """Every code of time; empty = a current entry. It is history until a granted chunk covers it."""
        window = self._window(entry.org)
        reasons = set(entry.history_marks)
        if entry.recorded is None:
            reasons.add(Reason.RECORDED_MISSING)
        elif window.opens is not None and entry.recorded < window.opens:
            reasons.add(Reason.BEFORE_WINDOW)
        if window.oldest is not None and (entry.clinical is None or entry.clinical < window.oldest):
            reasons.add(Reason.BACK_RECORD)
        return frozenset(reasons)

    def standing(self, entry: EntryFacts) -> Standing:
        """How the entry stands towards Sight: current, or history with the chunks that cover it."""
        reasons = self.reasons(entry)
        if not reasons:
            return Standing(entry.org, entry.slot)
        chunks = self._window(entry.org).chunks
        covering = frozenset(chunk.chunk_id for chunk in chunks if covers(chunk, entry))
        return Standing(entry.org, entry.slot, covering, reasons)
