"""How far a history request was reviewed, and how much of it was opened (R47).

What was asked is an area: days by sections. Each review covers a part of it; parts may overlap. Where an opened part
and a closed one overlap, the opened one counts, as it does in the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from openrecord.caseload.types import Outcome, Part, Request
from openrecord.clinical.kinds import Section
from openrecord.kit.london import day_of

EARLIEST = date(1900, 1, 1)
"""Where a record without a known date of birth begins."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Days of sections: asked for, reviewed, opened."""

    asked: int
    reviewed: int
    opened: int

    @property
    def percent(self) -> int:
        """How much was reviewed, rounded down: 100 means all of it."""
        return 100 * self.reviewed // self.asked if self.asked else 100


def progress(request: Request, born: date | None) -> Progress:
    """How far a request has been reviewed. `born`: before it there is nothing to review."""
    asked = request.wish.part
    floor = max(asked.first or date.min, born or EARLIEST)
    ceiling = min(asked.last or date.max, day_of(request.made))
    reviewed = [review.part for review in request.reviews]
    opened = [review.part for review in request.reviews if review.granted]
    sections = _sections(asked)
    return Progress(
        len(sections) * max(0, (ceiling - floor).days + 1),
        sum(_covered(reviewed, section, floor, ceiling) for section in sections),
        sum(_covered(opened, section, floor, ceiling) for section in sections),
    )


def _sections(part: Part) -> frozenset[Section]:
    return frozenset(Section) if part.sections is None else part.sections


def _covered(parts: Iterable[Part], section: Section, floor: date, ceiling: date) -> int:
    """How many days from `floor` to `ceiling` these parts cover in one section."""
    spans = sorted(
        (max(part.first or floor, floor), min(part.last or ceiling, ceiling))
        for part in parts
        if section in _sections(part)
    )
    days, start = 0, floor
    for first, last in spans:
        start = max(start, first)
        if last >= start:
            days += (last - start).days + 1
            start = last + timedelta(days=1)
    return days


def outcome_of_history(request: Request, born: date | None) -> Outcome:
    """How a history request ends as far as it was reviewed: all opened, some, or nothing."""
    found = progress(request, born)
    if not any(review.granted for review in request.reviews):
        return Outcome.REFUSED
    return Outcome.GRANTED if found.opened == found.asked else Outcome.PARTLY
