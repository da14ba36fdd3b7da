"""The forms by which staff note a request that came by phone, letter or in person."""

from collections.abc import Mapping, Sequence
from datetime import date

from openrecord.caseload.types import WHOLE, Kind, Wish
from openrecord.clinical.kinds import Level
from openrecord.staff.presenters.request_forms import part_fields, part_mistakes, part_of
from openrecord.web.forms import Field, Option, Shape, chosen, day_of, day_parts, too_long
from openrecord.web.parts import LEVELS
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

_ABOUT: Mapping[Kind, tuple[str, str]] = {
    Kind.CORRECTION: (gettext_noop("Which entry is wrong?"), gettext_noop("Enter which entry is wrong")),
    Kind.PROXY: (
        gettext_noop("Who should act for the patient?"),
        gettext_noop("Enter the full name of the person"),
    ),
}
"""What it is about, and what is said where that is missing."""


def fields_of(kind: Kind, today: date) -> tuple[Field, ...]:
    """The questions of a kind, unanswered."""
    hint = _("The time to answer counts from this day.")
    day = Field("received", _("When did the request reach you?"), Shape.DAY, hint, typed=day_parts(today))
    levels = [Option(str(int(level)), _(words)) for level, words in LEVELS.items()]
    level = Field("level", _("How much would they like to see?"), Shape.ONE_OF, options=levels)
    words = Field("words", _("What they asked for, in their words"), Shape.TEXT)
    if kind is Kind.HISTORY:
        return (day, *part_fields(WHOLE), level, words)
    if kind is Kind.LEVEL:
        return (day, level, words)
    about = [Field("about", _(_ABOUT[kind][0]), Shape.LINE)] if kind in _ABOUT else []
    return (day, *about, words)


def mistakes(kind: Kind, fields: Sequence[Field], today: date) -> dict[str, str]:
    """What is missing or wrong, by the name of the field."""
    by_name = {field.name: field for field in fields}
    found = part_mistakes(fields) if kind is Kind.HISTORY else _wrong_day(by_name["received"])
    if not found.get("received") and not any(by_name["received"].typed):
        found["received"] = _("Enter the day on which the request reached you")
    if not found.get("received") and (day_of(by_name["received"]) or today) > today:
        found["received"] = _("Enter today or a day in the past")
    if "level" in by_name and not chosen(by_name["level"]):
        found["level"] = _("Choose how much they would like to see")
    if kind in _ABOUT and not by_name["about"].value:
        found["about"] = _(_ABOUT[kind][1])
    if not by_name["words"].value:
        found["words"] = _("Write what they asked for")
    return too_long(fields) | found


def _wrong_day(field: Field) -> dict[str, str]:
    try:
        day_of(field)
    except ValueError:
        return {field.name: _("Enter a real date, like 1 4 2015")}
    return {}


def received_on(fields: Sequence[Field]) -> date | None:
    """The day that a form without mistakes names."""
    return next(day_of(field) for field in fields if field.name == "received")


def wish_of(kind: Kind, fields: Sequence[Field]) -> Wish:
    """What a form without mistakes asks for."""
    value = {field.name: field.value for field in fields}
    part = part_of(fields) if kind is Kind.HISTORY else WHOLE
    level = Level(int(value["level"])) if "level" in value else None
    return Wish(part, level, value.get("about", ""), value["words"])
