"""The laboratory's own message and the GP system's copy of it are one entry (decision-cases QUESTIONS 12)."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from openrecord.clinical.incoming import LabKey

E = TypeVar("E", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Keyed(Generic[E]):
    """An arrived result that carries a laboratory key, and the system it came from. In order of arrival."""

    entry: E
    source: str
    key: LabKey


@dataclass(frozen=True, slots=True)
class Copies(Generic[E]):
    """`same`: pairs (first arrival, its copy). `unresolved`: pairs that agree on the report but not on all."""

    same: tuple[tuple[E, E], ...]
    unresolved: tuple[tuple[E, E], ...]


def resolve(arrivals: Iterable[Keyed[E]]) -> Copies[E]:
    """Pair what agrees on report, order, test and specimen; what is left on both sides of a report is unresolved."""
    same: list[tuple[E, E]] = []
    alone: list[Keyed[E]] = []
    for arrival in arrivals:
        twin = next((a for a in alone if a.key == arrival.key and a.source != arrival.source), None)
        if twin is None:
            alone.append(arrival)
        else:
            alone.remove(twin)
            same.append((twin.entry, arrival.entry))
    unresolved = tuple(
        (first.entry, second.entry)
        for index, first in enumerate(alone)
        for second in alone[index + 1 :]
        if first.key.report == second.key.report and first.source != second.source
    )
    return Copies(tuple(same), unresolved)
