"""What is open about patients' access, in plain words: what it is and what ends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.matters import DECISIONS, Matter, OpenDue
from openrecord.access.rules.viewers import ADULT
from openrecord.clinical.nhs_number import spaced
from openrecord.kit.london import birthday, midnight
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient
from openrecord.staff.presenters.proxies import name_of
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words


@dataclass(frozen=True, slots=True)
class Words:
    """A matter: what it is called, what it means, what ends it."""

    title: str
    meaning: str
    ending: str


MATTERS: Mapping[Matter, Words] = {
    Matter.ENHANCED_REVIEW: Words(
        gettext_noop("Enhanced review recorded while access is open"),
        gettext_noop("Code 104 arrived for a patient who, or whose representative, already has access."),
        gettext_noop("Decide whether access stays or is removed."),
    ),
    Matter.REVIEW_LIFTED: Words(
        gettext_noop("Enhanced review lifted after access was removed"),
        gettext_noop("Code 106 arrived for a patient whose access was removed here."),
        gettext_noop("Decide whether access is given back or stays removed."),
    ),
    Matter.AGE_REVIEW: Words(
        gettext_noop("Age review of a parent's access"),
        gettext_noop("The child has reached the age at which a parent's access is looked at again. It is suspended."),
        gettext_noop("Decide whether it carries on or ends."),
    ),
    Matter.PAUSED_WITHOUT_CODE: Words(
        gettext_noop("Paused here, but not declined in the clinical system"),
        gettext_noop("The patient paused their access, and no code 103 has arrived."),
        gettext_noop("Record code 103 in the clinical system, or ask the patient whether the pause has ended."),
    ),
    Matter.DECLINED_AGAIN: Words(
        gettext_noop("Declined by a code that is older than the patient's change of mind"),
        gettext_noop("A code 103 was recorded after the patient asked for access again, for a day before that."),
        gettext_noop("Ask the patient what they want, and correct the code or record their wish again."),
    ),
    Matter.CLOSED_WITHOUT_CODE: Words(
        gettext_noop("Access removed for an enhanced review that does not stand"),
        gettext_noop("Access was removed here, and no code 104 stands in the clinical system."),
        gettext_noop("Record code 104 in the clinical system, or give access back."),
    ),
    Matter.TURNS_SOON: Words(
        gettext_noop("Age review of a parent's access, ahead of the day"),
        gettext_noop("The child soon reaches the age at which a parent's access is looked at again."),
        gettext_noop("If nobody decides before, it is suspended on that day."),
    ),
}


_GROWN = Words(
    gettext_noop("A parent's access after the 16th birthday"),
    gettext_noop("The patient is 16 or older, so parental responsibility opens nothing any more. It is suspended."),
    gettext_noop("End it. If the patient wants this person to act for them, let them in on another ground."),
)


def words_of(matter: Matter, patient: Patient, at: datetime) -> Words:
    """What a matter of a patient is called, means and is ended by."""
    is_grown = patient.born is not None and at >= midnight(birthday(patient.born, ADULT))
    return _GROWN if matter is Matter.AGE_REVIEW and is_grown else MATTERS[matter]


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One open matter in a list. `title`: with the name of the proxy whom it is about, if one.

    `href`: where it is decided, empty where it is not decided here.
    """

    title: str
    meaning: str
    ending: str
    name: str
    nhs_number: str
    patient_href: str
    since: str
    href: str


def rows(open_dues: Iterable[OpenDue], at: datetime) -> tuple[MatterRow, ...]:
    """The matters with their patients' names, in the order given, and of a proxy's which proxy."""
    found = tuple(open_dues)
    patients = registry.patients({due.patient_id for due in found})
    return tuple(_row(due, patients[due.patient_id], at) for due in found if due.patient_id in patients)


def _row(open_due: OpenDue, patient: Patient, at: datetime) -> MatterRow:
    words = words_of(open_due.due.matter, patient, at)
    whose = _proxy(open_due, at)
    return MatterRow(
        f"{_(words.title)}: {whose}" if whose else _(words.title),
        _(words.meaning),
        _(words.ending),
        patient.listed_name,
        spaced(patient.nhs_number),
        f"/staff/patients/{patient.public_id}",
        day_in_words(open_due.since),
        _href(open_due, patient),
    )


def _proxy(open_due: OpenDue, at: datetime) -> str:
    """The name of the proxy whom a matter is about; empty where it is about the patient."""
    if open_due.due.viewer is None:
        return ""
    every = access.linked(open_due.patient_id, at=at)
    return next((name_of(one) for one in every if one.viewer.viewer_id == open_due.due.viewer), "")


def _href(open_due: OpenDue, patient: Patient) -> str:
    """A removal without a code is ended by the same question as a 104: does access stay or go?"""
    base, due = f"/staff/decisions/{patient.public_id}", open_due.due
    if due.matter is Matter.AGE_REVIEW:
        return f"{base}/age-review/{due.viewer}"
    decided_here = DECISIONS | {Matter.CLOSED_WITHOUT_CODE}
    return f"{base}/enhanced-review" if due.matter in decided_here else ""
