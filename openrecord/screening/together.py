"""What two records would be as one, and why they may not be: told before they are merged, at whichever surface."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.caseload import queries as caseload
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar, bar
from openrecord.registry.types import OdsCode, Patient, PatientId
from openrecord.screening import queries
from openrecord.screening.rules.likeness import doubted_if_merged, is_kept_back
from openrecord.screening.types import EntryState


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `kept_back`: entries that people keep back; `chunks`: parts of the history granted; `kept`: parts
    kept from proxies; `has_account`: somebody signs in as the patient.
    """

    patient: Patient
    entries: int
    kept_back: int
    registered: frozenset[OdsCode]
    chunks: int
    kept: int
    has_account: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """Both, and what they would be as one. `doubted`: entries that nobody sees until somebody has decided; `in_both`,
    `in_one`: how many proxies and apps were let in to both, and to one alone.
    """

    survivor: Side
    other: Side
    doubted: int
    in_both: int
    in_one: int

    @property
    def names_differ(self) -> bool:
        """Whether the family names are a reason to look twice."""
        return self.survivor.patient.family.casefold() != self.other.patient.family.casefold()

    @property
    def is_wrong_way_round(self) -> bool:
        """Whether the patient signs in under the number that would show nothing."""
        return self.other.has_account and not self.survivor.has_account


def hindrance(survivor: Patient, other: Patient) -> Bar | None:
    """Why `other` may not become part of the survivor now; None where nothing keeps them apart."""
    why = bar(survivor, other, has_parts=bool(registry.parts(other.patient_id)))
    if why is None and any(request.is_open for request in caseload.requests(other.patient_id)):
        return Bar.ASKED
    return why


def outlook(survivor: Patient, other: Patient, *, at: datetime, org: OdsCode | None = None) -> Outlook:
    """What merging would do, without doing it. `org`: count what this practice controls, and nothing of others."""
    own, theirs = (queries.states(patient.patient_id) for patient in (survivor, other))
    doubted = doubted_if_merged(own, theirs, other.patient_id)
    in_both, in_one = _others(survivor.patient_id, other.patient_id, at)
    return Outlook(
        _side(survivor, own.values(), at, org),
        _side(other, theirs.values(), at, org),
        sum(org in {None, state.facts.org} for state in doubted),
        in_both,
        in_one,
    )


def _side(patient: Patient, states: Iterable[EntryState], at: datetime, org: OdsCode | None) -> Side:
    entries = [state.facts for state in states if org in {None, state.facts.org}]
    facts = access.facts(patient.patient_id, at=at)
    viewers = access.people_viewing(patient.patient_id, at=at)
    return Side(
        patient,
        len(entries),
        sum(is_kept_back(entry) for entry in entries),
        frozenset(stay.ods for stay in facts.registrations),
        sum(not chunk.withdrawn for chunk in facts.chunks if org in {None, chunk.org}),
        len(facts.kept),
        any(viewer.kind is ViewerKind.SELF for viewer in viewers),
    )


def _others(survivor: PatientId, other: PatientId, at: datetime) -> tuple[int, int]:
    """How many who act for the patient, and apps, were let in to both, and how many to one only."""
    both = access.viewers_of_both(survivor, other)
    own, theirs = (
        {one.viewer_id for one in access.people_viewing(patient, at=at) if one.kind is not ViewerKind.SELF}
        for patient in (survivor, other)
    )
    shared = {viewer for viewer in theirs if both.get(viewer) in own}
    return len(shared), len(own) + len(theirs) - 2 * len(shared)
