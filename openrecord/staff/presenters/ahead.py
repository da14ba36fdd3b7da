"""What turns soon for people who act for patients, in plain words and by day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openrecord.access import queries as access
from openrecord.access.matters import OpenDue
from openrecord.access.queries import Linked
from openrecord.access.rules.ahead import Turn, Turning, next_turn
from openrecord.access.rules.viewers import ADULT, is_not_carried_on, is_of_age, needs_age_review
from openrecord.access.types import AccessFacts, Viewer
from openrecord.clinical.nhs_number import spaced
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.staff.presenters.proxies import name_of
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

TURNINGS: Mapping[Turning, tuple[str, str]] = {
    Turning.REVIEW: (
        gettext_noop("Suspended until you have reviewed it: the child reaches the review age"),
        gettext_noop("You can review it ahead of the day."),
    ),
    Turning.SIXTEEN: (
        gettext_noop("Ends: the child becomes 16"),
        gettext_noop("From then on it needs the patient's consent or another ground for adults."),
    ),
    Turning.EXPIRY: (
        gettext_noop("Ends, unless you renew it"),
        gettext_noop("Look whether its ground still holds."),
    ),
}
"""What happens, and what can be done about it."""


@dataclass(frozen=True, slots=True)
class AheadRow:
    """One turn in a list. `href`: where something can be done about it."""

    day: date
    when: str
    what: str
    advice: str
    proxy: str
    patient: str
    nhs_number: str
    href: str


def turn_in_words(turn: Turn | None) -> str:
    """For example "3 March 2027. Ends, unless you renew it"; empty where nothing turns."""
    return "" if turn is None else f"{day_in_words(turn.day)}. {_(TURNINGS[turn.what][0])}"


def suspended_in_words(facts: AccessFacts, proxy: Viewer, at: datetime) -> str:
    """Why somebody who is still listed sees nothing; empty where that is not so."""
    if facts.died:
        return _("They see nothing: the patient has died")
    if facts.address_flagged:
        return _("They see nothing: the patient's address is protected")
    if not needs_age_review(facts, proxy, at):
        return ""
    if is_of_age(facts, ADULT, at):
        return _("They see nothing: the patient is 16 or older")
    if is_not_carried_on(facts, proxy):
        return _("They see nothing: the review did not carry it on")
    return _("They see nothing until you have reviewed it")


def rows(dues: Iterable[OpenDue], at: datetime) -> tuple[AheadRow, ...]:
    """What is noted as turning soon, the nearest day first; what has changed since it was noted is left out."""
    found = tuple(dues)
    patients = registry.patients({one.patient_id for one in found})
    facts = access.facts_of(patients, at=at)
    made = (_row(one, patients[one.patient_id], facts[one.patient_id], at) for one in found if one.patient_id in facts)
    return tuple(sorted((row for row in made if row is not None), key=lambda row: (row.day, row.patient, row.proxy)))


def _row(one: OpenDue, patient: Patient, facts: AccessFacts, at: datetime) -> AheadRow | None:
    linked = _linked(one, at)
    turn = None if linked is None else next_turn(facts, linked.viewer, at)
    if linked is None or turn is None:
        return None
    what, advice = TURNINGS[turn.what]
    if turn.what is Turning.REVIEW:
        href = f"/staff/decisions/{patient.public_id}/age-review/{one.due.viewer}"
    else:
        href = f"/staff/patients/{patient.public_id}/people"
    return AheadRow(
        turn.day,
        day_in_words(turn.day),
        _(what),
        _(advice),
        name_of(linked),
        patient.listed_name,
        spaced(patient.nhs_number),
        href,
    )


def _linked(one: OpenDue, at: datetime) -> Linked | None:
    every = access.linked(one.patient_id, at=at)
    return next((linked for linked in every if linked.viewer.viewer_id == one.due.viewer), None)
