"""A practice's entries as staff see them: what each is, whether the patient sees it, and every reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openrecord.staff.presenters.reasons import in_words
from openrecord.staff.record import StaffEntry
from openrecord.web.records.documents import NOT_HERE
from openrecord.web.records.events import any_line
from openrecord.web.records.sections import detail_of
from openrecord.web.records.values import Detail, Shown, parts_of
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in the practice's list."""

    href: str
    kind: str
    title: str
    value: str
    date: str
    recorded: str
    visible: bool
    reasons: tuple[str, ...]


def as_shown(entry: StaffEntry, base: str) -> Shown:
    """The entry as the shared presenters take it; links in it are not followed on staff pages."""
    href, date = f"{base}/entries/{entry.entry_id}", day_in_words(entry.clinical)
    return Shown(href, "", str(entry.entry_id), date, entry.body, parts_of(entry.body))


def row(entry: StaffEntry, base: str) -> EntryRow:
    """One entry in the list."""
    kind, line = any_line(as_shown(entry, base))
    reasons = in_words(entry.reasons)
    recorded = day_in_words(entry.recorded)
    return EntryRow(line.href, kind, line.title, line.value, line.date, recorded, not entry.reasons, reasons)


def rows(entries: Sequence[StaffEntry], base: str, show: str) -> tuple[EntryRow, ...]:
    """The list, filtered: `show` is "visible", "not-visible" or anything else for all."""
    found = tuple(row(entry, base) for entry in entries)
    if show == "visible":
        return tuple(item for item in found if item.visible)
    if show == "not-visible":
        return tuple(item for item in found if not item.visible)
    return found


def detail(entry: StaffEntry, base: str) -> Detail:
    """The whole entry, as stored. Staff are not sent to their own surgery for a file that is not here."""
    found = detail_of(as_shown(entry, base), ())
    facts = tuple(
        replace(fact, value=_("Its source sent no file with it.")) if fact.value == _(NOT_HERE) else fact
        for fact in found.facts
    )
    return replace(found, facts=facts)
