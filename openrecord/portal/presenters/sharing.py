"""Links for somebody, in words: the form that asks for one, what it would show, and each in the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from openrecord.portal.presenters.taking import part_fields
from openrecord.taking.contents.parts import part_in_words
from openrecord.taking.contents.rows import Row, row_of, together
from openrecord.taking.gathering import EVERY_SLUG
from openrecord.taking.rules import LIVES, MOST_WRONG, is_alive
from openrecord.taking.types import Link, Selection, Use
from openrecord.timeline.types import ServedEntry
from openrecord.web.forms import Field, Option, Shape, chosen
from openrecord.web.records.files import FileCard, OfEntry, cards
from openrecord.web.records.sections import SECTIONS, RecordSection, shown
from openrecord.web.text import gettext as _
from openrecord.web.words import moment_in_words

LIFE = "life"
FilesOf = Mapping[str, Sequence[OfEntry]]
"""The files of each entry, by its outside id."""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link in the list. `state`: why it opens nothing any more, empty while it does; `uses`: when it was tried."""

    link_id: str
    part: str
    made: str
    ends: str
    state: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A section as a link would show it: its first rows, and whether there are more."""

    title: str
    rows: tuple["Told", ...]
    more: bool


class Told(NamedTuple):
    """One entry as a link shows it. `files`: what came with it, each to be saved where it may be opened."""

    row: Row
    files: tuple[FileCard, ...]


def fields() -> tuple[Field, ...]:
    """The questions, not answered yet; the shortest life is proposed."""
    words = (_("24 hours"), _("7 days"), _("30 days"))
    lives = [Option(str(number), text) for number, text in enumerate(words)]
    life = Field(LIFE, _("For how long?"), Shape.ONE_OF, _("You can end it at any time."), lives, ("0",))
    section, first, last = part_fields()
    return (replace(section, label=_("What may they see?")), first, last, life)


def life_of(form: Sequence[Field]) -> timedelta | None:
    """The life chosen; None where none was."""
    field = next(field for field in form if field.name == LIFE)
    return next((LIVES[int(value)] for value in chosen(field)), None)


def sections_of(selection: Selection) -> tuple[RecordSection, ...]:
    """The sections of a part, in the order in which a record is read."""
    return tuple(section for section in SECTIONS if section.slug in (selection.sections or EVERY_SLUG))


def glimpse(section: RecordSection, entries: Sequence[ServedEntry], files: FilesOf, *, more: bool) -> Glimpse:
    """The first entries of a section."""
    return Glimpse(_(section.title), told(section, entries, files, ""), more)


def told(section: RecordSection, entries: Sequence[ServedEntry], files: FilesOf, base: str) -> tuple[Told, ...]:
    """Entries of a section with all that a link shows, members below their group. `base`: the link's address."""
    listed = [shown(entry.slot, entry.clinical, entry.body, base) for entry in entries]
    found: list[Told] = []
    for top, under in together(listed, section.slug):
        for each in (top, *under):
            row = row_of(each, is_part=each is not top)
            found.append(Told(row, cards(each, files.get(each.parts.id, ()))))
    return tuple(found)


def line(link: Link, uses: Sequence[Use], at: datetime) -> LinkLine:
    """A link in the list."""
    return LinkLine(
        str(link.link_id),
        part_in_words(link.selection),
        moment_in_words(link.made),
        moment_in_words(link.ends),
        "" if is_alive(link, at) else _state(link),
        tuple(_use(use) for use in uses),
    )


def _state(link: Link) -> str:
    if link.wrong >= MOST_WRONG:
        return _("Closed after too many wrong passcodes")
    return _("Over") if link.ended is None else _("Ended on %(moment)s") % {"moment": moment_in_words(link.ended)}


def _use(use: Use) -> str:
    words = _("Opened on %(moment)s") if use.right else _("Wrong passcode on %(moment)s")
    return words % {"moment": moment_in_words(use.at)}
