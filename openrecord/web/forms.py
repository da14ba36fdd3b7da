"""The fields of a form as a page draws them (web/components.html: fields), and what was typed into them.

A form is described once, by its surface: the same description draws it empty, filled, and with what is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from django.http import HttpRequest, QueryDict

from openrecord.web.text import gettext as _

LONGEST_LINE = 200
LONGEST_TEXT = 4000
EARLIEST_YEAR, LATEST_YEAR = 1850, 2150


class Shape(Enum):
    """How a field looks."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    ONE_OF = "one_of"
    SOME_OF = "some_of"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field."""

    value: str
    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `typed`: what stands in it; a day has three parts, a choice any number."""

    name: str
    label: str
    shape: Shape
    hint: str = ""
    options: Sequence[Option] = ()
    typed: Sequence[str] = ()
    rows: int = 5
    error: str = ""

    @property
    def anchor(self) -> str:
        """The element that a message about the field leads to."""
        return {Shape.DAY: f"{self.name}-day", Shape.ONE_OF: f"{self.name}-1", Shape.SOME_OF: f"{self.name}-1"}.get(
            self.shape, self.name
        )

    @property
    def value(self) -> str:
        """What stands in a field of one value; empty where nothing does."""
        return self.typed[0] if self.typed else ""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field, for the summary. `field`: the element it leads to."""

    field: str
    text: str


def filled(fields: Iterable[Field], request: HttpRequest) -> tuple[Field, ...]:
    """The fields with what was typed: into a form that was sent, or, with GET, into one that asks for a page."""
    told = request.POST if request.method == "POST" else request.GET
    return tuple(replace(field, typed=_typed(field, told)) for field in fields)


def _typed(field: Field, told: QueryDict) -> tuple[str, ...]:
    match field.shape:
        case Shape.DAY:
            parts = (told.get(f"{field.name}-{part}", "") for part in ("day", "month", "year"))
            return tuple(part.strip() for part in parts)
        case Shape.SOME_OF:
            return tuple(told.getlist(field.name))
        case Shape.TEXT:
            return (told.get(field.name, "").replace("\r\n", "\n").strip(),)
    return (told.get(field.name, "").strip(),)


def too_long(fields: Iterable[Field]) -> dict[str, str]:
    """What is longer than can be kept, by the name of the field: it is said, and nothing is cut off unseen."""
    most = {Shape.LINE: LONGEST_LINE, Shape.TEXT: LONGEST_TEXT}
    return {
        field.name: _("Use %(most)s characters or fewer") % {"most": most[field.shape]}
        for field in fields
        if field.shape in most and len(field.value) > most[field.shape]
    }


def with_errors(fields: Iterable[Field], errors: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields with what is wrong with them, by name."""
    return tuple(replace(field, error=errors.get(field.name, "")) for field in fields)


def summary(fields: Iterable[Field]) -> tuple[FieldError, ...]:
    """What is wrong, in the order of the fields."""
    return tuple(FieldError(field.anchor, field.error) for field in fields if field.error)


def chosen(field: Field) -> frozenset[str]:
    """The choices made, of those that were offered."""
    return frozenset(field.typed) & {option.value for option in field.options}


def day_of(field: Field) -> date | None:
    """The day typed; None where there is none. Raises ValueError where it is no day that a record can have."""
    if not any(field.typed):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= len("2024") for part in field.typed):
        raise ValueError("a day is three short numbers")
    day, month, year = map(int, field.typed)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError("no year of a record")
    return date(year, month, day)


def day_parts(day: date | None) -> tuple[str, ...]:
    """A day as the three parts of its field."""
    return () if day is None else (str(day.day), str(day.month), str(day.year))
