"""Medicines: what is taken, what was prescribed, and each issue of it."""

from collections.abc import Sequence

from openrecord.clinical.codes import codes_of
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
from openrecord.web.records.values import Detail, Group, Line, Shown, facts, quoted
from openrecord.web.text import gettext as _
from openrecord.web.words import fhir_date_in_words

CURRENT = frozenset({"active", "intended", "on-hold"})
"""Statuses of a medicine that is being taken or may be issued."""

_REPEAT = frozenset({"repeat", "repeat-dispensing", "continuous"})
"""Types of prescription that go on until somebody stops them (UKCore-PrescriptionType, GP Connect's is the same; HL7's
medicationrequest-course-of-therapy).
"""


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
    return text_of(body.get("status")) in CURRENT


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
    aside = _("Prescription issued") if is_issue(body) else ""
    return Line(shown.href, name_of(body), shown.date, value=dosage_of(body), aside=aside, tag=tag)


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


def _is_repeat(body: Json) -> bool:
    return not _REPEAT.isdisjoint(codes_of(body.get("courseOfTherapyType")))


def _is_order(body: Json) -> bool:
    return body.get("resourceType") == "MedicationRequest" and body.get("intent") != "plan"


def _is_made_up(body: Json) -> bool:
    """Whether it is one prescription that was made up. It says nothing of the medicine, which need not be past."""
    return _is_order(body) and body.get("status") == "completed"


def is_issue(body: Json) -> bool:
    """Whether it is one prescription of a medicine, which itself stands elsewhere in the record or cannot be seen."""
    return _is_made_up(body) or (_is_order(body) and "basedOn" in body)


def plan_of(shown: Shown) -> str:
    """The prescription that an issue comes from, else itself."""
    return next(iter(references(shown.body.get("basedOn"))), shown.reference)


def current(page: Sequence[Shown]) -> tuple[Shown, ...]:
    """The medicines of a page that go on, each once: not its prescriptions and issues beside it."""
    tops = Nest(page, parents_of(page)).tops
    return tuple(top for top in tops if is_current(top.body) and not is_issue(top.body))


def _with(shown: Shown, under: Sequence[Shown]) -> Line:
    return line(shown)._replace(under=tuple(issue_line(below) for below in under))


def _issues_first(under: Sequence[Shown]) -> Sequence[Shown]:
    """In the order of the page, but of one day the issues before the prescription that they come from."""
    days = {shown.date: number for number, shown in reversed([*enumerate(under)])}
    return sorted(under, key=lambda shown: (days[shown.date], shown.body.get("intent") == "plan"))


def groups(page: Sequence[Shown]) -> tuple[Group, ...]:
    """Current medicines, those on repeat first, then past ones; an issue stands under its prescription, and that under
    its medicine. Issues of a medicine that is not on the page come last, those of one prescription under the latest of
    them: they are neither current nor past.
    """
    nest = Nest(page, parents_of(page))
    repeat: list[Line] = []
    current: list[Line] = []
    past: list[Line] = []
    issues: dict[str, list[Shown]] = {}
    for shown in nest.tops:
        under = _issues_first(nest.under(shown))
        own = _with(shown, under)
        if is_issue(shown.body):
            issues.setdefault(plan_of(shown), []).extend((shown, *under))
        elif not is_current(shown.body):
            past.append(own)
        elif any(_is_repeat(each.body) for each in (shown, *under)):
            repeat.append(own)
        else:
            current.append(own)
    named = (
        (_("Repeat medicines"), repeat),
        (_("Other current medicines") if repeat else _("Current medicines"), current),
        (_("Past medicines"), past),
        (_("Earlier prescriptions"), [_with(latest, earlier) for latest, *earlier in issues.values()]),
    )
    return tuple(Group(heading, tuple(lines)) for heading, lines in named if lines)


def detail(shown: Shown, _members: Sequence[Shown]) -> Detail:
    """A medicine's or prescription's own page."""
    body = shown.body
    dispense = mapping(body.get("dispenseRequest"))
    period = mapping(body.get("effectivePeriod")) or mapping(dispense.get("validityPeriod"))
    rows = facts(
        quoted(_("How to take it"), dosage_of(body)),
        quoted(_("Advice"), _patient_instructions(body)),
        (_("Status"), "" if _is_made_up(body) else _status(body)),
        (_("Started"), fhir_date_in_words(period.get("start") or body.get("effectiveDateTime"))),
        (_("Until") if is_current(body) else _("Ended"), fhir_date_in_words(period.get("end"))),
        (_("Prescribed"), fhir_date_in_words(body.get("authoredOn") or body.get("dateAsserted"))),
        quoted(_("Type of prescription"), concepts(body.get("courseOfTherapyType"))),
        quoted(_("Quantity"), quantity_text(dispense.get("quantity"))),
        (_("Repeats allowed"), number(dispense.get("numberOfRepeatsAllowed"))),
        quoted(_("Reason"), concepts(body.get("reasonCode"))),
        quoted(_("Why it was stopped"), concepts(body.get("statusReason"))),
        quoted(_("Prescribed by"), displays(body.get("requester")) or displays(body.get("informationSource"))),
    )
    terse = tuple(words for words in (dosage_of(body), _patient_instructions(body)) if words)
    return Detail(name_of(body), shown.date, rows, notes(body), terse=terse, links=related(shown, ()))
