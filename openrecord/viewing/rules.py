"""Which read counts as what (R57, R58). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from openrecord.audit.types import OWN_RECORD, ActorKind, SealedRead
from openrecord.kit import london


@dataclass(frozen=True, slots=True)
class OwnView:
    """A person viewed their own record in this month; the person counts once in it, wherever registered."""

    viewer_key: str
    month: date
    patient_id: int


def month_of(instant: datetime) -> date:
    """The first day of the Europe/London month that `instant` falls in."""
    return london.day_of(instant).replace(day=1)


def is_view(read: SealedRead) -> bool:
    """A view is a served answer to somebody who reads under a grant (patient or proxy), never to staff or system."""
    return read.viewer_id is not None and read.actor_kind in {ActorKind.PERSON, ActorKind.APP} and read.patient_id != 0


def own_view(read: SealedRead) -> OwnView | None:
    """The view as one of a person's own record; None for a proxy's and for what is no view."""
    if not is_view(read) or read.actor_kind is not ActorKind.PERSON or read.authority != OWN_RECORD:
        return None
    return OwnView(read.actor, month_of(read.at), read.patient_id)


def views_by_month(reads: Iterable[SealedRead]) -> dict[date, int]:
    """How many views fall in each month."""
    counted: dict[date, int] = {}
    for read in reads:
        if is_view(read):
            month = month_of(read.at)
            counted[month] = counted.get(month, 0) + 1
    return counted
