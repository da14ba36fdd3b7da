"""Each entry as a row: its day, what it is and everything that its own page says of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from openrecord.timeline.types import ServedEntry
from openrecord.web.records import medicines, observations
from openrecord.web.records.arranging import Nest
from openrecord.web.records.sections import recorded, shown
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _


class Row(NamedTuple):
    """One entry. `value`: what matters most, with the range (`aside`) and where it lies in it (`tag`); `facts`: label
    and value; `words`: paragraphs as somebody wrote them; `is_part`: it belongs to the row above it.
    """

    date: str
    what: str
    value: str
    aside: str
    tag: str
    facts: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    is_part: bool = False


class Year(NamedTuple):
    """The rows of a year; `heading` says so where there is none."""

    heading: str
    rows: tuple[Row, ...]


_PARENTS: Mapping[str, Callable[[Sequence[Shown]], Mapping[str, str]]] = {
    "test-results": observations.parents_of,
    "measurements": observations.parents_of,
    "medicines": medicines.parents_of,
}
"""Sections in which entries belong to one another."""


def shown_of(entry: ServedEntry) -> Shown:
    """A served entry as the presenters of pages take it. It leads nowhere: what is taken along has no pages."""
    return shown(entry.slot, entry.clinical, entry.body, "")


def row_of(entry: Shown, *, is_part: bool = False, files: Sequence[str] = ()) -> Row:
    """The row of an entry. `files`: what is told of each document that it came with."""
    detail = recorded(entry)
    said = ((fact.label, fact.value) for fact in detail.facts if fact.value != detail.date)
    facts = (*said, *((_("Document"), told) for told in files))
    return Row(detail.date, detail.title, detail.lead, detail.aside, detail.tag, facts, detail.paragraphs, is_part)


def years(entries: Sequence[Shown], slug: str, files: Mapping[str, Sequence[str]]) -> tuple[Year, ...]:
    """The entries of one section by year, newest first; what belongs to an entry follows it.

    `files`: what is told of the documents of an entry, by its id.
    """
    find = _PARENTS.get(slug)
    nest = Nest(entries, {} if find is None else find(entries))
    return tuple(
        Year(heading or _("No date given"), tuple(_rows(tops, nest, files)))
        for heading, tops in groupby(nest.tops, key=lambda top: top.date[-4:])
    )


def _rows(tops: Iterator[Shown], nest: Nest, files: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    for top in tops:
        yield row_of(top, files=files.get(top.parts.id, ()))
        for below in nest.under(top):
            yield row_of(below, is_part=True, files=files.get(below.parts.id, ()))
