"""Parts a record into what a practice sends when it is connected, and what it sends day by day from then on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from openrecord_demo.england.model import Entry


@dataclass(frozen=True, slots=True)
class Parted:
    """`before`: what comes first; `days`: what was entered on each later day, with the moment of its last entry."""

    before: tuple[Entry, ...]
    days: tuple[tuple[datetime, tuple[Entry, ...]], ...]


def parted(entries: tuple[Entry, ...], since: date, together: Collection[str] = ()) -> Parted:
    """Whatever names each other stays together: it is later only if all of it was recorded on `since` or after.

    `together`: ids of entries that come first in any case, with all that names them.
    """
    ends: dict[str, datetime] = {}
    early: set[str] = set()
    roots = _roots(entries)
    for entry in entries:
        root = roots[entry.id]
        ends[root] = max(ends.get(root, entry.recorded), entry.recorded)
        if entry.recorded.date() < since or entry.id in together:
            early.add(root)
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        root = roots[entry.id]
        if root not in early:
            days.setdefault(ends[root].date(), []).append(entry)
    return Parted(
        tuple(entry for entry in entries if roots[entry.id] in early),
        tuple((max(entry.recorded for entry in each), tuple(each)) for _day, each in sorted(days.items())),
    )


def _roots(entries: tuple[Entry, ...]) -> dict[str, str]:
    """For each entry the one that stands for all that it names and that names it."""
    above = {entry.id: entry.id for entry in entries}

    def root(of: str) -> str:
        while above[of] != of:
            of = above[of]
        return of

    for entry in entries:
        for named in (entry.inside, entry.specimen, entry.unit, entry.problem):
            if named is not None and named in above:
                above[root(entry.id)] = root(named)
    return {entry.id: root(entry.id) for entry in entries}
