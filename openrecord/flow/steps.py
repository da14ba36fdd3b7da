"""The small steps between stations: an event of one, the action of the next."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from openrecord.access import actions as access
from openrecord.access import due as access_due
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.access.matters import Due, Matter
from openrecord.access.rules.giving import owed
from openrecord.access.rules.horizon import has_turned
from openrecord.access.types import ViewerKind
from openrecord.audit.types import system
from openrecord.caseload import actions as caseload
from openrecord.clinical.incoming import VersionStatus
from openrecord.flow.duties import duties
from openrecord.identity import numbers as identity_numbers
from openrecord.identity.events import PatientLinked, PatientUnlinked
from openrecord.ingest import events as ingest_events
from openrecord.ingest.actions.forgetting import forget_keys
from openrecord.kit.ids import random_id
from openrecord.kit.london import day_of
from openrecord.notify.actions import forget_devices
from openrecord.notify.tasks import tell_ahead
from openrecord.registry import queries as registry
from openrecord.registry.events import NumberChanged, PersonChanged, PolicyChanged, Withdrawn
from openrecord.registry.types import PatientId
from openrecord.screening import queries as screening
from openrecord.screening.actions import receive as screening_receive
from openrecord.screening.actions.settle import settle, settle_many
from openrecord.screening.events import Cause
from openrecord.taking import sharing


def person_changed(event: PersonChanged) -> None:
    """A registration, a death or a flag changed: the patient is settled again, in whichever record they are.

    With a death nothing waits for an answer to them any more.
    """
    home = registry.home(event.patient_id)
    access.lock_patient(home)
    access.raise_epochs([home])
    settle(home, at=event.at, cause=Cause.ACCESS)
    _give_defaults(home, at=event.at)
    note_duties(home, at=event.at)
    caseload.list_again(home, at=event.at)


def number_changed(event: NumberChanged) -> None:
    """The same person under another NHS number: they sign in again, as who they were."""
    identity_numbers.renumber(
        patient_id=event.patient_id, before=event.before, now=event.now, by=system("registry"), at=event.at
    )


def withdrawn(event: Withdrawn) -> None:
    """An identity was given up: nobody is that patient or acts for them, and nothing leads to its entries."""
    by = system("registry")
    access.lock_patient(event.patient_id)
    access.end_all(patient_id=event.patient_id, by=by, at=event.at)
    sharing.end_all(patient_id=event.patient_id, by=by, at=event.at)
    identity_numbers.forget_people_of(patient_id=event.patient_id, by=by, at=event.at)
    forget_keys(event.patient_id)
    forget_devices(event.patient_id)
    access.raise_epochs([event.patient_id])
    settle(event.patient_id, at=event.at, cause=Cause.ACCESS)
    caseload.list_again(event.patient_id, at=event.at)


def policy_changed(event: PolicyChanged) -> None:
    """A practice's policy acts at the next read of each of its patients; the rows move then, or with the worker."""
    patients = set(registry.homes(registry.patients_ever_at(event.ods)).values())
    access.await_policy(patients)
    access.raise_epochs(patients)


def open_account(event: PatientLinked) -> None:
    """Somebody signed in whose record this is: a grant of their own, once; an account opened before is theirs."""
    if access_queries.viewer_of(event.patient_id, event.person_id) is not None:
        return
    by = system("sign-in")
    viewers = access_queries.facts(event.patient_id, at=event.at).viewers.values()
    own = next((viewer for viewer in viewers if viewer.kind is ViewerKind.SELF), None)
    if own is not None:
        access.bind(patient_id=event.patient_id, viewer_id=own.viewer_id, behind=event.person_id, by=by, at=event.at)
        return
    act = access_events.AccountOpened(viewer=random_id())
    access.record(patient_id=event.patient_id, act=act, by=by, at=event.at, behind=event.person_id)


def leave_account(event: PatientUnlinked) -> None:
    """The person behind an account is no longer known to be the patient: nothing is open to it (fail closed)."""
    by = system("sign-in")
    access.unbind(patient_id=event.patient_id, behind=event.person_id, by=by, at=event.at)
    sharing.end_all(patient_id=event.patient_id, by=by, at=event.at)


def access_changed(event: access_events.AccessChanged) -> None:
    """An act on a patient's access: what is placed may be another now, and what is open in front of staff."""
    home = registry.home(event.patient_id)
    access.raise_epochs({home} - {event.patient_id})
    settle(home, at=event.at, cause=Cause.ACCESS)
    if isinstance(event.act, _BEGINS):
        _give_defaults(home, at=event.at)
    if isinstance(event.act, access_events.DeclineReversed):
        caseload.take_back_opt_outs(home, by=system("requests"), at=event.at)
    note_duties(home, at=event.at)


_BEGINS = (access_events.AccountOpened, access_events.CompetenceRecorded)
"""Acts with which a patient's own access may begin."""


def _give_defaults(patient_id: PatientId, *, at: datetime) -> None:
    """Note what the practice gives an account that has begun there, once, as of when it began (R42)."""
    if not access_queries.has_acts(patient_id):
        return
    for org, grant in owed(access_queries.facts(patient_id, at=at), at).items():
        act = access_events.LevelGiven(org=org, level=int(grant.level))
        access.record(patient_id=patient_id, act=act, by=system("practice default"), at=at, done=grant.given)


def note_duties(patient_id: PatientId, *, at: datetime) -> None:
    """Note what is open in front of staff. Where nothing was ever done about the access, nothing can be."""
    if access_queries.has_acts(patient_id):
        _note({patient_id: duties(access_queries.facts(patient_id, at=at), at)}, at=at)


def _note(due: Mapping[PatientId, Collection[Due]], *, at: datetime) -> None:
    """What is new of it and turns soon is told to whom it is about, too (R26)."""
    for patient_id, begun in access_due.note_due(due, at=at).items():
        turning = [one.viewer for one in begun if one.matter is Matter.TURNS_SOON and one.viewer is not None]
        if turning:
            tell_ahead(patient_id, turning, at=at)


@transaction.atomic
def _note_again(patient_id: PatientId, *, at: datetime) -> None:
    access.lock_patient(patient_id)
    note_duties(patient_id, at=at)


@transaction.atomic
def _settle_turned(patient_id: PatientId, *, at: datetime) -> None:
    access.lock_patient(patient_id)
    settle(patient_id, at=at, cause=Cause.TIME)
    _give_defaults(patient_id, at=at)
    note_duties(patient_id, at=at)


def check_duties(patients: Mapping[PatientId, date | None], *, at: datetime) -> None:
    """The worker's daily part: what turned by date (birthdays, first days) since these patients were looked at.

    Where nobody reads, nobody else would settle it: what waits for a decision from a practice's first day on stands in
    its worklist on that day.
    """
    today = day_of(at)
    noted = access_due.due_of(patients)
    for patient_id, facts in access_queries.facts_of(patients, at=at).items():
        if has_turned(facts, patients[patient_id], today):
            _settle_turned(patient_id, at=at)
        elif duties(facts, at) != noted.get(patient_id, frozenset()):
            _note_again(patient_id, at=at)
    access_due.note_checked(patients, on=today)


@transaction.atomic
def sight_needed(event: access_events.SightNeeded) -> None:
    """The slow path of a read: settle what time or policy has turned, then compute the reader's Sight."""
    access.lock_patient(event.patient_id)
    if access.take_pending_policy([event.patient_id]):
        settle(event.patient_id, at=event.at, cause=Cause.POLICY)
        note_duties(event.patient_id, at=event.at)
    else:
        settle(event.patient_id, at=event.at, cause=Cause.TIME)
    access.compute_sight(
        patient_id=event.patient_id,
        viewer_id=event.viewer_id,
        client_id=event.client_id,
        channel=event.channel,
        at=event.at,
        not_after=screening.next_turn(event.patient_id, at=event.at),
    )


def found_wrong_person(event: ingest_events.FoundWrongPerson) -> None:
    """Withdraw one patient's entries before another's are placed."""
    screening_receive.withdraw_wrong_person(registry.home(event.patient_id), event.entries, event.at)


def note_codes(event: ingest_events.EntriesArrived) -> None:
    """Codes 103, 104 and 106 act on access at the moment they arrive (R38)."""
    batch = event.batch
    for entry in batch.entries:
        control = entry.incoming.control
        if control is None:
            continue
        act: access_events.AnyAct
        if entry.incoming.status is VersionStatus.ENTERED_IN_ERROR:
            act = access_events.CodeWithdrawn(entry=UUID(bytes=entry.entry_id))
        else:
            act = access_events.CodeArrived(
                entry=UUID(bytes=entry.entry_id),
                code=control.code,
                effective=None if control.effective is None else day_of(control.effective),
                recorded=control.recorded,
            )
        access.record(patient_id=batch.patient_id, act=act, by=system("ingest"), at=batch.at)
    for gone in batch.gone:
        _withdraw_code(event, UUID(bytes=gone))


def _withdraw_code(event: ingest_events.EntriesArrived, entry: UUID) -> None:
    acts = (act for _, act in access_queries.acts(event.batch.patient_id))
    if any(isinstance(act, access_events.CodeArrived) and act.entry == entry for act in acts):
        withdrawn = access_events.CodeWithdrawn(entry=entry)
        access.record(patient_id=event.batch.patient_id, act=withdrawn, by=system("ingest"), at=event.batch.at)


def receive(event: ingest_events.EntriesArrived) -> None:
    """Store, decide and place what arrived."""
    screening_receive.receive(event.batch)


@transaction.atomic
def settle_waiting(patients: Collection[PatientId], *, at: datetime) -> None:
    """The worker's part of a policy change: all of these patients or none; nothing where a read was faster."""
    access.lock_patients(patients)
    facts = settle_many(access.take_pending_policy(patients), at=at, cause=Cause.POLICY)
    _note({patient_id: duties(known, at) for patient_id, known in facts.items()}, at=at)
