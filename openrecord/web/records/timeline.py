"""The whole record by date: months, in each its days, and what happened on each.

What belongs to another entry of the same day stands under it: results under their report, all of a consultation under
the consultation, where its notes are read. Later issues of a medicine keep their own day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from openrecord.kit.london import day_of
from openrecord.web.records import medicines, observations
from openrecord.web.records.arranging import Nest
from openrecord.web.records.elements import references_in
from openrecord.web.records.events import RESULTS, any_line
from openrecord.web.records.remarks import is_note
from openrecord.web.records.sections import BY_SLUG
from openrecord.web.records.values import Line, Shown
from openrecord.web.text import gettext as _
from openrecord.web.words import month_in_words


class Item(NamedTuple):
    """One entry. `kind`: the section that lists it, in words."""

    kind: str
    line: Line


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a day; `date` is empty where none is known."""

    date: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month that have entries, newest first."""

    heading: str
    days: tuple[Day, ...]


def month_of(shown: Shown) -> str:
    """The heading that an entry stands under: of one that only a year is known of, the year."""
    if shown.clinical is None:
        return _("No date given")
    return month_in_words(day_of(shown.clinical)) if " " in shown.date else shown.date


def day_of_month(shown: Shown) -> str:
    """The day in words; empty where only a month or a year is known."""
    return "" if shown.date == month_of(shown) else shown.date


def kind_of(shown: Shown) -> str:
    """The section that lists an entry, in words."""
    return _(BY_SLUG[shown.slug].title)


def months(page: Sequence[Shown]) -> tuple[Month, ...]:
    """One page of the record, newest first."""
    parents = _parents(page)
    nest = Nest(page, {**_issues_together(page, parents), **parents})
    return tuple(
        Month(
            heading,
            tuple(
                Day(date, tuple(_item(shown, nest) for shown in of_day))
                for date, of_day in groupby(of_month, key=day_of_month)
            ),
        )
        for heading, of_month in groupby(nest.tops, key=month_of)
    )


def items(page: Sequence[Shown]) -> tuple[Item, ...]:
    """These entries, what belongs to another of them left out: it is read there."""
    return tuple(Item(kind_of(shown), line_of(shown)) for shown in Nest(page, _parents(page)).tops)


def _parents(page: Sequence[Shown]) -> Mapping[str, str]:
    """Which entry belongs to which other of the same day."""
    dates = {shown.reference: shown.date for shown in page}
    found = {
        shown.reference: target
        for shown in page
        if shown.parts.encounter
        for target in references_in(shown.parts.encounter)
    }
    found |= medicines.parents_of([shown for shown in page if shown.slug == "medicines"])
    found |= observations.parents_of(page)
    return {child: parent for child, parent in found.items() if dates.get(child) == dates.get(parent)}


def _issues_together(page: Sequence[Shown], parents: Mapping[str, str]) -> dict[str, str]:
    """Of the issues of one prescription on one day, which stands elsewhere, the others belong to the first."""
    first: dict[tuple[str, str], str] = {}
    for shown in page:
        if shown.slug == "medicines" and shown.reference not in parents and medicines.is_issue(shown.body):
            first.setdefault((medicines.plan_of(shown), shown.date), shown.reference)
    return {
        shown.reference: one
        for shown in page
        if shown.slug == "medicines"
        and medicines.is_issue(shown.body)
        and (one := first.get((medicines.plan_of(shown), shown.date), shown.reference)) != shown.reference
    }


def _item(shown: Shown, nest: Nest) -> Item:
    inside = [below for below in nest.under(shown) if not _is_read_there(below, shown)]
    results = observations.lines_in_order([below for below in inside if below.parts.resource_type in RESULTS])
    others = [below for below in inside if below.parts.resource_type not in RESULTS]
    under = (*(_below(below, shown) for below in others), *(told for _, told in results))
    line = line_of(shown)
    return Item(kind_of(shown), line._replace(under=under) if under else line)


def _below(shown: Shown, top: Shown) -> Line:
    return medicines.issue_line(shown) if shown.slug == top.slug == "medicines" else line_of(shown)


def _is_read_there(shown: Shown, top: Shown) -> bool:
    """Whether an entry is a note that the page of its consultation shows in full."""
    return top.parts.resource_type == "Encounter" and not shown.parts.quantity and is_note(shown.body)


def line_of(shown: Shown) -> Line:
    """The entry's line. A measured value is the commonest and needs the fewest of its parts."""
    return observations.line(shown) if shown.parts.quantity else any_line(shown)[1]
