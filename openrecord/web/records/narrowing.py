"""Showing only a part of the record by date: which kinds of entries, and from which year to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from openrecord.clinical.kinds import Slot
from openrecord.kit.london import midnight
from openrecord.web.forms import EARLIEST_YEAR, LATEST_YEAR, Field, FieldError, Option, Shape
from openrecord.web.records.sections import BY_SLOT, BY_SLUG, SECTIONS
from openrecord.web.text import gettext as _

KIND, FIRST, LAST = "kind", "first", "last"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What was chosen, as typed; `errors`: what is wrong with it, by field."""

    kinds: tuple[str, ...]
    first: str
    last: str
    errors: Mapping[str, str]

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.kinds or self.first or self.last)

    @property
    def slots(self) -> frozenset[Slot]:
        """The slots of the kinds chosen; all where none was."""
        chosen = [BY_SLUG[kind].slots for kind in self.kinds]
        return frozenset().union(*chosen) if chosen else frozenset(BY_SLOT)

    @property
    def since(self) -> datetime | None:
        """The beginning of the first year chosen, in London's time."""
        return midnight(date(int(self.first), 1, 1)) if self.first else None

    @property
    def until(self) -> datetime | None:
        """The end of the last year chosen, in London's time."""
        return midnight(date(int(self.last) + 1, 1, 1)) if self.last else None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As an address carries it."""
        kinds = [(KIND, kind) for kind in self.kinds]
        return kinds + [(name, typed) for name, typed in ((FIRST, self.first), (LAST, self.last)) if typed]

    @property
    def summary(self) -> tuple[FieldError, ...]:
        """What is wrong, in the order of the fields."""
        return tuple(FieldError(name, self.errors[name]) for name in (FIRST, LAST) if name in self.errors)

    @property
    def field(self) -> Field:
        """The choice of kinds as a form draws it."""
        options = [Option(section.slug, _(section.title)) for section in SECTIONS]
        return Field(KIND, _("Kinds of entries"), Shape.SOME_OF, _("None ticked means all."), options, self.kinds)

    def href(self, path: str, after: str | None = None) -> str:
        """The address of a page of this part."""
        query = urlencode(self.pairs + ([("after", after)] if after else []))
        return f"{path}?{query}" if query else path


WHOLE = Narrowing((), "", "", {})
"""Nothing is left out."""


def narrowing(typed: QueryDict) -> Narrowing:
    """What an address or a form says of it."""
    kinds = frozenset(typed.getlist(KIND))
    first, last = typed.get(FIRST, "").strip(), typed.get(LAST, "").strip()
    wrong = [name for name, year in ((FIRST, first), (LAST, last)) if year and not _is_year(year)]
    errors = dict.fromkeys(wrong, _("Enter a year, such as 2019"))
    if not errors and first and last and int(first) > int(last):
        errors[LAST] = _("The last year must not be before the first")
    return Narrowing(tuple(section.slug for section in SECTIONS if section.slug in kinds), first, last, errors)


def _is_year(typed: str) -> bool:
    """Whether it is a year that a record can have."""
    is_number = typed.isascii() and typed.isdigit() and len(typed) == len("2024")
    return is_number and EARLIEST_YEAR <= int(typed) <= LATEST_YEAR
