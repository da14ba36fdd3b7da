"""The form for keeping a part of one's record from people who act for one: few questions, nothing to justify."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from openrecord.caseload.types import Part
from openrecord.clinical.kinds import Section
from openrecord.web.forms import Field, Option, Shape, chosen, day_of
from openrecord.web.parts import SECTIONS
from openrecord.web.text import gettext as _

Proxies = Mapping[str, str]
"""Who acts for the patient: viewer and name."""


def fields_of(names: Proxies, *, one_entry: bool) -> tuple[Field, ...]:
    """The questions, unanswered."""
    people = [Option(viewer, name or _("Not signed in yet")) for viewer, name in names.items()]
    everybody = _("None: from everybody who acts for you, now and later.")
    whom = (Field("whom", _("From whom?"), Shape.SOME_OF, everybody, options=people),) if people else ()
    if one_entry:
        return whom
    sections = [Option(section.value, _(words)) for section, words in SECTIONS.items()]
    return (
        Field("sections", _("Which sections?"), Shape.SOME_OF, _("None: all sections"), options=sections),
        Field("first", _("From which day?"), Shape.DAY, _("Empty: from the beginning")),
        Field("last", _("Up to which day?"), Shape.DAY, _("Empty: also what is still to come")),
        *whom,
    )


def mistakes(fields: Sequence[Field]) -> dict[str, str]:
    """What is missing or wrong, by the name of the field."""
    found = {}
    for field in fields:
        if field.shape is Shape.DAY:
            try:
                day_of(field)
            except ValueError:
                found[field.name] = _("Enter a real date, like 1 4 2015")
    if not found and any(field.name == "sections" for field in fields):
        part, _excluded = part_of(fields)
        if part == Part():
            found["sections"] = _("Choose sections, or enter a day, or both")
        elif part.first is not None and part.last is not None and part.last < part.first:
            found["last"] = _("The last day must not be before the first")
    return found


def part_of(fields: Sequence[Field]) -> tuple[Part, tuple[UUID, ...]]:
    """What is kept, and from whom; nobody named means everybody."""
    by_name = {field.name: field for field in fields}
    excluded = tuple(sorted(UUID(viewer) for viewer in chosen(by_name["whom"]))) if "whom" in by_name else ()
    if "sections" not in by_name:
        return Part(), excluded
    sections = frozenset(Section(name) for name in chosen(by_name["sections"]))
    return Part(day_of(by_name["first"]), day_of(by_name["last"]), sections or None), excluded
