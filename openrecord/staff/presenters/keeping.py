"""Keeping a part of a record from people who act for the patient, as the practice does it: what, from whom, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import structs

from openrecord.access.events import PartKept
from openrecord.access.types import KeepReason, Kept, Method
from openrecord.clinical.kinds import Section
from openrecord.kit.ids import random_id
from openrecord.web.forms import Field, Option, Shape, chosen, day_of
from openrecord.web.parts import SECTIONS, part_in_words
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

REASONS: Mapping[KeepReason, str] = {
    KeepReason.PATIENT: gettext_noop("The patient wants it"),
    KeepReason.CONFIDENTIAL: gettext_noop("It was told in confidence"),
    KeepReason.SAFEGUARDING: gettext_noop("Safeguarding"),
    KeepReason.OTHER: gettext_noop("Another reason, which is in the record"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part that is kept, in words."""

    keep: str
    what: str
    whom: str
    why: str
    since: datetime


def line(one: Kept, entry: str, names: Mapping[str, str]) -> Line:
    """`entry`: the title of the one entry that is kept; `names`: the proxies by viewer."""
    what = entry if one.entry is not None else part_in_words(one.first, one.last, one.sections)
    named = sorted(names[str(viewer)] for viewer in one.rule.excluded or () if str(viewer) in names)
    whom = _("Everybody who acts for the patient") if one.rule.everyone else ", ".join(named)
    if one.method is Method.ONLINE:
        why = _("The patient chose it online")
    else:
        why = "" if one.reason is None else _(REASONS[one.reason])
    return Line(str(one.keep_id), what, whom or _("Somebody who no longer acts for the patient"), why, one.since)


def fields_of(names: Mapping[str, str], *, one_entry: bool) -> tuple[Field, ...]:
    """The questions, unanswered."""
    people = [Option(viewer, name or _("Not signed in yet")) for viewer, name in names.items()]
    everybody = _("None: from everybody who acts for the patient, now and later.")
    whom = (Field("whom", _("From whom?"), Shape.SOME_OF, everybody, options=people),) if people else ()
    reasons = [Option(reason.value, _(words)) for reason, words in REASONS.items()]
    why = Field(
        "reason", _("Why?"), Shape.ONE_OF, _("It is put on the trail. Proxies never learn of it."), options=reasons
    )
    if one_entry:
        return (*whom, why)
    sections = [Option(section.value, _(words)) for section, words in SECTIONS.items()]
    return (
        Field("sections", _("Which sections?"), Shape.SOME_OF, _("None: all sections"), options=sections),
        Field("first", _("From"), Shape.DAY, _("Empty: from the beginning")),
        Field("last", _("Up to"), Shape.DAY, _("Empty: also what is still to come")),
        *whom,
        why,
    )


def mistakes(fields: Sequence[Field]) -> dict[str, str]:
    """What is missing or wrong, by the name of the field."""
    found = {}
    for field in fields:
        if field.shape is Shape.ONE_OF and not chosen(field):
            found[field.name] = _("Choose why it is kept from them")
        elif field.shape is Shape.DAY and not _is_day(field):
            found[field.name] = _("Enter a real date, like 1 4 2015")
    by_name = {field.name: field for field in fields}
    if not found and "sections" in by_name:
        first, last = day_of(by_name["first"]), day_of(by_name["last"])
        if first is None and last is None and not chosen(by_name["sections"]):
            found["sections"] = _("Choose sections, or enter a day, or both")
        elif first is not None and last is not None and last < first:
            found["last"] = _("The last day must not be before the first")
    return found


def _is_day(field: Field) -> bool:
    try:
        day_of(field)
    except ValueError:
        return False
    return True


def act_of(fields: Sequence[Field], entry: UUID | None) -> PartKept:
    """The act of a form without mistakes. `entry`: the public id of the one entry that it is about."""
    by_name = {field.name: field for field in fields}
    excluded = tuple(sorted(UUID(viewer) for viewer in chosen(by_name["whom"]))) if "whom" in by_name else ()
    reason = KeepReason(by_name["reason"].value)
    act = PartKept(keep=random_id(), everyone=not excluded, excluded=excluded, entry=entry, reason=reason)
    if entry is not None:
        return act
    sections = tuple(sorted(Section(name) for name in chosen(by_name["sections"]))) or None
    return structs.replace(act, sections=sections, first=day_of(by_name["first"]), last=day_of(by_name["last"]))
