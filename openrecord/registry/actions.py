"""Writes of the registry: each in a transaction with its audit row; what others must know goes over the bus."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from openrecord.audit import actions as audit
from openrecord.audit.types import Actor, Change, Repeatable
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import bus, erasing
from openrecord.kit.ids import random_id, random_number, time_ordered_bytes, time_ordered_id
from openrecord.kit.instants import to_micros
from openrecord.kit.london import day_of
from openrecord.registry import events, queries
from openrecord.registry.models import (
    DistinctRow,
    PatientRow,
    PolicyRow,
    PracticePlaceRow,
    PracticeRow,
    ProposalRow,
    ReadinessRow,
    RegistrationRow,
)
from openrecord.registry.rules import readiness, release
from openrecord.registry.rules.merging import Bar, bar
from openrecord.registry.types import (
    EraseReason,
    MergeReason,
    OdsCode,
    PartReason,
    Patient,
    PatientId,
    Policy,
    Practice,
    Readiness,
)


class ChangedMeanwhile(Exception):
    """Somebody else set the policy since the version that this change was made from."""


class NumberTaken(ValueError):
    """Another patient here has this NHS number."""


class NotMergeable(ValueError):
    """These records must not be merged, or parted, or withdrawn, as they stand; `why`: rules.merging.Bar."""

    def __init__(self, why: Bar) -> None:
        super().__init__(why.name)
        self.why = why


@transaction.atomic
def add_practice(*, practice: Practice, valid_from: date, by: Actor, at: datetime) -> None:
    """Add or rename a practice and set its place in the hierarchy from a day on. Saying it twice changes nothing."""
    PracticeRow.objects.update_or_create(ods=practice.ods, defaults={"name": practice.name})
    place = {
        "system": practice.system or "",
        "pcn": practice.pcn or "",
        "sub_icb": practice.sub_icb or "",
        "icb": practice.icb or "",
        "region": practice.region or "",
    }
    current = PracticePlaceRow.objects.filter(ods=practice.ods, valid_to__isnull=True).order_by("-valid_from").first()
    if current is None or any(getattr(current, name) != value for name, value in place.items()):
        if current is not None and current.valid_from < valid_from:
            PracticePlaceRow.objects.filter(pk=current.pk).update(valid_to=valid_from)
        PracticePlaceRow.objects.update_or_create(ods=practice.ods, valid_from=valid_from, defaults=place)
        audit.record_change(by=by, at=at, event="practice_placed", patient_id=None, subject=practice.ods, details={})
    if practice.policy is not None and queries.policy(practice.ods) != practice.policy:
        set_policy(ods=practice.ods, policy=practice.policy, by=by, at=at)


@transaction.atomic
def set_policy(
    *,
    ods: OdsCode,
    policy: Policy,
    by: Actor,
    at: datetime,
    base: int | None = None,
    why: str = "",
    repeats: bytes | None = None,
) -> None:
    """A new version of a practice's policy; it is in force at the next read.

    `base`: the version it was made from; raises ChangedMeanwhile where that is not the newest any more.
    `repeats`: as in audit.types.Change, here and below.
    """
    newest = PolicyRow.objects.filter(ods=ods).aggregate(Max("version"))["version__max"] or 0
    if base is not None and base != newest:
        raise ChangedMeanwhile
    policy = release.dated(policy, queries.policy(ods), at)
    row = PolicyRow(ods=ods, version=newest + 1, at=to_micros(at), body=_encoded(policy), actor=by.id, why=why)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody else's transaction made the same version between our question and our answer
        raise ChangedMeanwhile from None
    act = events.repeatable(events.PolicySet(ods, policy, newest + 1, why))
    audit.record_change(
        by=by, at=at, event="policy_set", patient_id=None, subject=ods, details={"version": newest + 1}, act=act,
        repeats=repeats,
    )  # fmt: skip
    bus.publish(events.PolicyChanged(ods, at))


def _encoded(policy: Policy) -> str:
    return msgspec.json.encode(policy).decode()


@transaction.atomic
def propose_policy(*, ods: OdsCode, policy: Policy, base: int, by: Actor, at: datetime) -> UUID:
    """Write a change of policy down, to look at what it would do; its id. Nothing is in force by it."""
    proposal_id = time_ordered_id()
    ProposalRow.objects.create(id=proposal_id, ods=ods, base=base, at=to_micros(at), body=_encoded(policy))
    audit.record_change(
        by=by, at=at, event="policy_proposed", patient_id=None, subject=ods, details={"proposal": str(proposal_id)}
    )
    return proposal_id


@transaction.atomic
def answer_readiness(
    *, ods: OdsCode, item: str, state: Readiness, evidence: str, reason: str, by: Actor, at: datetime
) -> None:
    """What the practice says about one item of the checklist (R49); earlier answers are kept.

    Raises UnknownItem, and ReasonMissing where it is not ready for no reason of the list.
    """
    readiness.check(item, state, reason)
    newest = ReadinessRow.objects.filter(ods=ods, item=item).aggregate(Max("version"))["version__max"] or 0
    ReadinessRow.objects.create(
        ods=ods,
        item=item,
        version=newest + 1,
        state=state.value,
        evidence=evidence,
        reason=reason,
        at=to_micros(at),
        actor=by.id,
    )
    details = {"item": item, "version": newest + 1, "state": state.value}
    audit.record_change(by=by, at=at, event="readiness_answered", patient_id=None, subject=ods, details=details)


@transaction.atomic(savepoint=False)
def add_patient(
    *,
    nhs_number: NhsNumber,
    family: str,
    given: str,
    born: date | None,
    gender: str | None,
    by: Actor,
    at: datetime,
) -> Patient:
    """A new patient. The NHS number must not be known yet (the database refuses it)."""
    patient = Patient(PatientId(random_number()), random_id(), nhs_number, family, given, born, gender or None)
    _insert_patient(patient)
    audit.record_change(by=by, at=at, event="patient_added", patient_id=patient.patient_id, subject="", details={})
    return patient


@transaction.atomic
def recover(*, patient: Patient, by: Actor, at: datetime) -> bool:
    """A patient of before a restore, with the same ids; False where the NHS number is known under others.

    Where nobody has this number the patient is made again, registered nowhere: nothing is shown of them yet.
    """
    known = queries.patient_by_nhs_number(patient.nhs_number)
    if known is not None or queries.patients([patient.patient_id]):
        return known is not None and known.patient_id == patient.patient_id
    _insert_patient(patient)
    audit.record_change(by=by, at=at, event="patient_recovered", patient_id=patient.patient_id)
    return True


def _insert_patient(patient: Patient) -> None:
    PatientRow.objects.create(
        patient_id=patient.patient_id,
        public_id=patient.public_id.bytes,
        nhs_hash=queries.nhs_hash(patient.nhs_number),
        nhs_number=patient.nhs_number,
        family=patient.family,
        given=patient.given,
        born=patient.born,
        gender=patient.gender or "",
        died=patient.died,
        address_flagged=patient.address_flagged,
        withdrawn=patient.withdrawn,
    )


@transaction.atomic(savepoint=False)
def register(
    *, patient_id: PatientId, ods: OdsCode, start: date, end: date | None = None, by: Actor, at: datetime
) -> None:
    """The patient is registered at a practice from a day on."""
    RegistrationRow.objects.create(
        patient_id=patient_id, id=time_ordered_bytes(), ods=ods, start=start, end_on=end, entered=to_micros(at)
    )
    audit.record_change(by=by, at=at, event="registered", patient_id=patient_id, subject=ods, details={})
    bus.publish(events.PersonChanged(patient_id, events.PersonChange.REGISTERED, at))


@transaction.atomic
def deduct(
    *, patient_id: PatientId, ods: OdsCode, end: date, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """The patient's registration at a practice ends at the beginning of a day: the one that runs then.

    Where none does, an end is put right: that of the registration that begins last. UnknownPatient where there is none.
    """
    stays = RegistrationRow.objects.filter(patient_id=patient_id, ods=ods).order_by("-start")
    running = stays.filter(Q(end_on=None) | Q(end_on__gt=end), start__lte=end)
    ended = running.first() or stays.first()
    if ended is None:
        raise queries.UnknownPatient
    RegistrationRow.objects.filter(patient_id=patient_id, id=ended.id).update(end_on=end)
    act = events.repeatable(events.Deducted(queries.patient(patient_id), ods, end))
    audit.record_change(by=by, at=at, event="deducted", patient_id=patient_id, subject=ods, act=act, repeats=repeats)
    bus.publish(events.PersonChanged(patient_id, events.PersonChange.DEDUCTED, at))


@transaction.atomic
def record_death(
    *, patient_id: PatientId, died: bool, by: Actor, at: datetime, told: str = "", repeats: bytes | None = None
) -> None:
    """The patient has died, or (False) that was wrong. `told`: names a source's word, empty where a person said it."""
    PatientRow.objects.filter(patient_id=patient_id).update(died=died)
    change = events.PersonChange.DIED if died else events.PersonChange.DEATH_UNDONE
    act = events.repeatable(events.DeathRecorded(queries.patient(patient_id), died))
    audit.record_change(by=by, at=at, event=change.value, patient_id=patient_id, subject=told, act=act, repeats=repeats)
    bus.publish(events.PersonChanged(patient_id, change, at))


@transaction.atomic
def flag_address(
    *, patient_id: PatientId, flagged: bool = True, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """The address must not be shown (a safeguarding flag): no address, no proxies; or (False) it may be again."""
    PatientRow.objects.filter(patient_id=patient_id).update(address_flagged=flagged)
    change = events.PersonChange.ADDRESS_FLAGGED if flagged else events.PersonChange.ADDRESS_UNFLAGGED
    act = events.repeatable(events.AddressFlagged(queries.patient(patient_id), flagged))
    audit.record_change(by=by, at=at, event=change.value, patient_id=patient_id, act=act, repeats=repeats)
    bus.publish(events.PersonChanged(patient_id, change, at))


@transaction.atomic
def change_number(
    *, patient_id: PatientId, now: NhsNumber, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """The patient has another NHS number: the same person, the same record. Raises NumberTaken.

    Not for somebody who is to be protected: the journal names both numbers (`withdraw`).
    """
    patient = queries.patient(patient_id)
    if queries.patient_by_nhs_number(now) is not None:
        raise NumberTaken
    PatientRow.objects.filter(patient_id=patient_id).update(nhs_number=now, nhs_hash=queries.nhs_hash(now))
    act = events.repeatable(events.Renumbered(patient, now))
    audit.record_change(by=by, at=at, event="number_changed", patient_id=patient_id, act=act, repeats=repeats)
    bus.publish(events.NumberChanged(patient_id, patient.nhs_number, now, at))


@transaction.atomic
def withdraw(*, patient_id: PatientId, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """The patient's identity is given up for their protection (adoption, a new identity): nobody sees the record and
    nothing comes to it any more. Under which number the person lives from now on is not asked, so nothing can tell.

    Raises NotMergeable where it is one of two merged records.
    """
    patient, _ = _both(patient_id, patient_id)
    if patient.merged_into is not None or queries.parts(patient_id):
        raise NotMergeable(Bar.MERGED)
    act = events.repeatable(events.GivenUp(patient))
    PatientRow.objects.filter(patient_id=patient_id).update(withdrawn=True)
    RegistrationRow.objects.filter(patient_id=patient_id, end_on__isnull=True).update(end_on=day_of(at))
    audit.record_change(by=by, at=at, event="withdrawn", patient_id=patient_id, act=act, repeats=repeats)
    bus.publish(events.Withdrawn(patient_id, at))


@transaction.atomic
def merge(
    *,
    survivor: PatientId,
    other: PatientId,
    reason: MergeReason,
    by: Actor,
    at: datetime,
    done: datetime | None = None,
    repeats: bytes | None = None,
) -> None:
    """Two records are one person's: `other` is part of the survivor until that is taken back (`part`).

    `done`: when it was done, where it is repeated after a restore. Raises NotMergeable.
    """
    one, two = _both(survivor, other)
    why = bar(one, two, has_parts=bool(queries.parts(other)))
    if why is not None:
        raise NotMergeable(why)
    act = events.repeatable(events.MergeDecided(one, two, reason, done or at))
    PatientRow.objects.filter(patient_id=other).update(merged_into=survivor, merged_at=to_micros(done or at))
    _record_both(survivor, other, "merged", reason.value, by, at, act, repeats)
    bus.publish(events.Merged(survivor, other, at))


@transaction.atomic
def part(*, other: PatientId, reason: PartReason, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """Take a merge back: `other` is a record by itself again. Raises NotMergeable where it is part of none."""
    survivor = queries.home(other)
    _, merged = _both(survivor, other)
    if merged.merged_into != survivor or merged.merged_at is None:
        raise NotMergeable(Bar.NOT_MERGED)
    act = events.repeatable(events.PartDecided(merged, reason))
    PatientRow.objects.filter(patient_id=other).update(merged_into=None, merged_at=None)
    _record_both(survivor, other, "parted", reason.value, by, at, act, repeats)
    if reason is PartReason.NOT_ONE_PERSON:
        _tell_apart(survivor, other, by, at, None, None)
    bus.publish(events.Parted(survivor, other, merged.merged_at, at))


@transaction.atomic
def tell_apart(*, one: PatientId, other: PatientId, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """These records are two people's: they are not proposed again (queries.pairs_at). Raises queries.UnknownPatient."""
    act = events.repeatable(events.ToldApart(queries.patient(one), queries.patient(other)))
    _tell_apart(one, other, by, at, act, repeats)


def _tell_apart(
    one: PatientId, other: PatientId, by: Actor, at: datetime, act: Repeatable | None, repeats: bytes | None
) -> None:
    """Where two are parted, the journal keeps that alone."""
    if queries.are_apart(one, other):
        return
    first, second = sorted((one, other))
    DistinctRow.objects.create(patient_id=first, id=time_ordered_bytes(), other=second)
    subject = str(queries.patient(second).public_id)
    audit.record_change(by=by, at=at, event="told_apart", patient_id=first, subject=subject, act=act, repeats=repeats)


@transaction.atomic
def erase(*, patient_id: PatientId, reason: EraseReason, by: Actor, at: datetime, repeats: bytes | None = None) -> None:
    """Everything about a patient goes, with the records that are part of theirs; the trail keeps internal numbers only.

    Raises NotMergeable where it is part of another record, queries.UnknownPatient.
    """
    patient, _ = _both(patient_id, patient_id)
    if patient.merged_into is not None:
        raise NotMergeable(Bar.MERGED)
    for part in queries.parts(patient_id):
        PatientRow.objects.filter(patient_id=part.patient_id).update(merged_into=None, merged_at=None)
        _erase(part, reason, by, at, None)
    _erase(patient, reason, by, at, repeats)


def _erase(patient: Patient, reason: EraseReason, by: Actor, at: datetime, repeats: bytes | None) -> None:
    number = patient.patient_id
    act = events.repeatable(events.ErasureDecided(number, reason))
    details: dict[str, str | int | None] = {"reason": reason.value}
    audit.record_change(by=by, at=at, event="erased", patient_id=number, details=details, act=act, repeats=repeats)
    bus.publish(events.Erased(patient, at))
    DistinctRow.objects.filter(other=number).delete()
    erasing.erase(("registry_paired", "registry_distinct", "registry_registration", "registry_patient"), number)


def _both(survivor: PatientId, other: PatientId) -> tuple[Patient, Patient]:
    """Both patients, whose rows nobody else changes until the transaction ends: one merge follows the other."""
    rows = PatientRow.objects.filter(patient_id__in=[survivor, other]).order_by("patient_id")
    list(rows.select_for_update().values_list("patient_id"))
    return queries.patient(survivor), queries.patient(other)


def _record_both(
    survivor: PatientId,
    other: PatientId,
    event: str,
    reason: str,
    by: Actor,
    at: datetime,
    act: Repeatable,
    repeats: bytes | None,
) -> None:
    """A line on the trail of each; the journal keeps the one of the record that was merged."""
    one = queries.patient(survivor).public_id
    two = queries.patient(other).public_id
    details: dict[str, str | int | None] = {"reason": reason}
    audit.record_changes(
        [
            Change(by, at, event, other, str(one), details, act, repeats),
            Change(by, at, event, survivor, str(two), details),
        ]
    )
