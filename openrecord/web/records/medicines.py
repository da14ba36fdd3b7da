"""Medicines: what is taken, what was prescribed, and each issue of it."""

from collections.abc import Sequence

from openrecord.web.records.arranging import Nest
from openrecord.web.records.elements import (
    Json,
    concept,
    concepts,
    displays,
    joined,
    mapping,
    notes,
    number,
    objects,
    quantity_text,
    references,
    text_of,
)
from openrecord.web.records.related import related
from openrecord.web.records.values import Detail, Group, Line, Shown, facts
from openrecord.web.text import gettext as _
from openrecord.web.words import fhir_date_in_words

_CURRENT = frozenset({"active", "intended", "on-hold"})


def name_of(body: Json) -> str:
    """The medicine's name as prescribed."""
    reference = mapping(body.get("medicationReference"))
    return concept(body.get("medicationCodeableConcept")) or text_of(reference.get("display")) or _("Medicine")


def dosage_of(body: Json) -> str:
    """The instructions as written; nothing is composed from coded parts."""
    dosages = objects(body.get("dosageInstruction")) or objects(body.get("dosage"))
    return joined((text_of(item.get("text")) for item in dosages), "; ")


def _patient_instructions(body: Json) -> str:
    dosages = objects(body.get("dosageInstruction")) or objects(body.get("dosage"))
    return joined((text_of(item.get("patientInstruction")) for item in dosages), "; ")


def is_current(body: Json) -> bool:
    """Whether the record says that the medicine is being taken or may be issued."""
    return text_of(body.get("status")) in _CURRENT


def _status(body: Json) -> str:
    words = {
        "active": _("Current"),
        "intended": _("Current"),
        "on-hold": _("Paused"),
        "completed": _("Past"),
        "stopped": _("Stopped"),
        "cancelled": _("Cancelled"),
        "not-taken": _("Not taken"),
    }
    return words.get(text_of(body.get("status")), "")


def line(shown: Shown) -> Line:
    """One medicine in a list."""
    body = shown.body
    status = _status(body)
    tag = status if text_of(body.get("status")) in {"on-hold", "stopped", "not-taken"} else ""
    return Line(shown.href, name_of(body), shown.date, value=dosage_of(body), tag=tag)


def parents_of(page: Sequence[Shown]) -> dict[str, str]:
    """An issue belongs to its plan, a plan to the statement that is based on it."""
    parents: dict[str, str] = {}
    for shown in page:
        for target in references(shown.body.get("basedOn")):
            if shown.body.get("resourceType") == "MedicationStatement":
                parents[target] = shown.reference
            else:
                parents.setdefault(shown.reference, target)
    return parents


def issue_line(shown: Shown) -> Line:
    """A prescription or an issue of it, under its medicine."""
    words = _("Issued %(date)s") if shown.body.get("intent") == "order" else _("Prescribed %(date)s")
    return Line(shown.href, words % {"date": shown.date}, shown.date)


def groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Current medicines, then past ones; an issue stands under its prescription, a prescription under its medicine."""
    nest = Nest(page, parents_of(page))
    current: list[Line] = []
    past: list[Line] = []
    for shown in nest.tops:
        own = line(shown)._replace(under=tuple(issue_line(below) for below in nest.under(shown)))
        (current if is_current(shown.body) else past).append(own)
    named = ((_("Current medicines"), current), (_("Past medicines"), past))
    return tuple(Group(heading, tuple(lines)) for heading, lines in named if lines)


def detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """A medicine's or prescription's own page."""
    body = shown.body
    dispense = mapping(body.get("dispenseRequest"))
    period = mapping(body.get("effectivePeriod")) or mapping(dispense.get("validityPeriod"))
    rows = facts(
        (_("How to take it"), dosage_of(body)),
        (_("Advice"), _patient_instructions(body)),
        (_("Status"), _status(body)),
        (_("Started"), fhir_date_in_words(period.get("start") or body.get("effectiveDateTime"))),
        (_("Ended"), fhir_date_in_words(period.get("end"))),
        (_("Prescribed"), fhir_date_in_words(body.get("authoredOn") or body.get("dateAsserted"))),
        (_("Type of prescription"), concepts(body.get("courseOfTherapyType"))),
        (_("Quantity"), quantity_text(dispense.get("quantity"))),
        (_("Repeats allowed"), number(dispense.get("numberOfRepeatsAllowed"))),
        (_("Reason"), concepts(body.get("reasonCode"))),
        (_("Why it was stopped"), concepts(body.get("statusReason"))),
        (_("Prescribed by"), displays(body.get("requester")) or displays(body.get("informationSource"))),
    )
    return Detail(name_of(body), shown.date, rows, notes(body), links=related(shown, ()))
