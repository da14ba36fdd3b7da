"""Each entry as a row: its day, what it is and everything that its own page says of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from openrecord.timeline.types import ServedEntry
from openrecord.web.records import events, medicines, observations
from openrecord.web.records.arranging import Nest
from openrecord.web.records.sections import recorded, shown
from openrecord.web.records.values import Fact, Shown
from openrecord.web.text import gettext as _


class Row(NamedTuple):
    """One entry. `value`: what matters most, with the range (`aside`) and where it lies in it (`tag`); `facts`: what
    else; `words`: paragraphs as somebody wrote them; `is_part`: it belongs to the row above it.
    """

    date: str
    what: str
    value: str
    aside: str
    tag: str
    facts: tuple[Fact, ...]
    words: tuple[str, ...]
    is_part: bool = False


class Year(NamedTuple):
    """The rows of a year; `heading` says so where there is none."""

    heading: str
    rows: tuple[Row, ...]


class Belonging(NamedTuple):
    """How entries of a section belong to one another: `parents` as Nest takes it; `order` of what belongs to one."""

    parents: Callable[[Sequence[Shown]], Mapping[str, str]]
    order: Callable[[Sequence[Shown]], Sequence[Shown]]


_ALONE = Belonging(lambda _: {}, tuple)
_OF_RESULTS = Belonging(observations.parents_of, observations.in_order)
_BELONGING = {
    "test-results": _OF_RESULTS,
    "measurements": _OF_RESULTS,
    "medicines": Belonging(medicines.parents_of, tuple),
    "consultations": Belonging(events.parents_of, tuple),
}


def shown_of(entry: ServedEntry) -> Shown:
    """A served entry as the presenters of pages take it. It leads nowhere: what is taken along has no pages."""
    return shown(entry.slot, entry.clinical, entry.body, "")


def row_of(entry: Shown, *, is_part: bool = False, files: Sequence[str] = ()) -> Row:
    """The row of an entry. `files`: what is told of each document that it came with."""
    detail = recorded(entry)
    said = (fact for fact in detail.facts if fact.value != detail.date)
    facts = (*said, *(Fact(_("Document"), told) for told in files))
    return Row(detail.date, detail.title, detail.lead, detail.aside, detail.tag, facts, detail.paragraphs, is_part)


def together(entries: Sequence[Shown], slug: str) -> Iterator[tuple[Shown, Sequence[Shown]]]:
    """The entries of one section in their order: each that stands by itself, with what belongs to it."""
    belonging = _BELONGING.get(slug, _ALONE)
    nest = Nest(entries, belonging.parents(entries))
    for top in nest.tops:
        yield top, belonging.order(nest.under(top))


def years(entries: Sequence[Shown], slug: str, files: Mapping[str, Sequence[str]]) -> tuple[Year, ...]:
    """The entries of one section by year, newest first; what belongs to an entry follows it.

    `files`: what is told of the documents of an entry, by its id.
    """
    found: list[Year] = []
    for heading, each in groupby(together(entries, slug), key=lambda told: told[0].date[-4:]):
        rows: list[Row] = []
        for top, under in each:
            rows.append(row_of(top, files=files.get(top.parts.id, ())))
            rows += (row_of(below, is_part=True, files=files.get(below.parts.id, ())) for below in under)
        found.append(Year(heading or _("No date given"), tuple(rows)))
    return tuple(found)
