"""A part of the history on a page: each entry with what it says, what to look at first, and whether it would open."""

from collections.abc import Iterable
from dataclasses import dataclass

from openrecord.staff.presenters.entries import EntryRow, row
from openrecord.staff.presenters.queue import Piece, Told, pieces, told
from openrecord.staff.reviewing import Unopened


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `row.visible`: it is seen once the part is opened."""

    row: EntryRow
    signals: tuple[Told, ...]
    pieces: tuple[Piece, ...]


def lines(found: Iterable[Unopened], base: str) -> tuple[Line, ...]:
    """The entries in their order. `base`: where the pages about the patient begin."""
    return tuple(Line(row(one.entry, base), told(one.signals), pieces(one.prose, one.signals)) for one in found)
