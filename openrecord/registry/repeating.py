"""What people decided about practices and patients, from the journal, after a restore."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from openrecord.audit.types import Actor, Outcome
from openrecord.registry import actions, queries
from openrecord.registry.events import (
    KINDS,
    AddressFlagged,
    DeathRecorded,
    Deducted,
    ErasureDecided,
    GivenUp,
    MergeDecided,
    PartDecided,
    PolicySet,
    Renumbered,
    ToldApart,
)

_Act = TypeVar("_Act")


def _policy(act: PolicySet, row: bytes, by: Actor, at: datetime) -> Outcome:
    if any(version.version >= act.version for version in queries.policy_versions(act.ods)):
        return Outcome.NEEDLESS
    actions.set_policy(ods=act.ods, policy=act.policy, why=act.why, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _deducted(act: Deducted, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.patient, by=by, at=at):
        return Outcome.AWAITED
    try:
        actions.deduct(patient_id=act.patient.patient_id, ods=act.ods, end=act.end, by=by, at=at, repeats=row)
    except queries.UnknownPatient:
        return Outcome.AWAITED
    return Outcome.REPEATED


def _death(act: DeathRecorded, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.record_death(patient_id=act.patient.patient_id, died=act.died, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _address(act: AddressFlagged, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.flag_address(patient_id=act.patient.patient_id, flagged=act.flagged, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _renumbered(act: Renumbered, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.patient, by=by, at=at):
        return Outcome.AWAITED
    try:
        actions.change_number(patient_id=act.patient.patient_id, now=act.now, by=by, at=at, repeats=row)
    except actions.NumberTaken:
        return Outcome.AWAITED
    return Outcome.REPEATED


def _given_up(act: GivenUp, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.patient, by=by, at=at):
        return Outcome.AWAITED
    actions.withdraw(patient_id=act.patient.patient_id, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _merged(act: MergeDecided, row: bytes, by: Actor, at: datetime) -> Outcome:
    """A merge counts from when it was decided: what was granted before it was granted in one record alone."""
    if not all(actions.recover(patient=patient, by=by, at=at) for patient in (act.survivor, act.other)):
        return Outcome.AWAITED
    try:
        actions.merge(
            survivor=act.survivor.patient_id,
            other=act.other.patient_id,
            reason=act.reason,
            by=by,
            at=at,
            done=act.at,
            repeats=row,
        )
    except actions.NotMergeable:
        return Outcome.AWAITED
    return Outcome.REPEATED


def _parted(act: PartDecided, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not actions.recover(patient=act.other, by=by, at=at):
        return Outcome.AWAITED
    try:
        actions.part(other=act.other.patient_id, reason=act.reason, by=by, at=at, repeats=row)
    except actions.NotMergeable:
        return Outcome.AWAITED
    return Outcome.REPEATED


def _told_apart(act: ToldApart, row: bytes, by: Actor, at: datetime) -> Outcome:
    if not all(actions.recover(patient=patient, by=by, at=at) for patient in (act.one, act.other)):
        return Outcome.AWAITED
    one, other = act.one.patient_id, act.other.patient_id
    if queries.are_apart(one, other):
        return Outcome.NEEDLESS
    actions.tell_apart(one=one, other=other, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _erased(act: ErasureDecided, row: bytes, by: Actor, at: datetime) -> Outcome:
    """Whoever is not here, or was merged into somebody who was erased too, needs no erasing."""
    if not queries.patients([act.patient_id]):
        return Outcome.NEEDLESS
    actions.erase(patient_id=act.patient_id, reason=act.reason, by=by, at=at, repeats=row)
    return Outcome.REPEATED


def _reading(
    kind: type[_Act], repeat: Callable[[_Act, bytes, Actor, datetime], Outcome]
) -> Callable[[bytes, bytes, Actor, datetime], Outcome]:
    return lambda body, row, by, at: repeat(msgspec.json.decode(body, type=kind), row, by, at)


ERASED = KINDS[ErasureDecided]
"""After it nothing else about its patient is repeated."""

HANDLERS: Mapping[str, Callable[[bytes, bytes, Actor, datetime], Outcome]] = {
    KINDS[PolicySet]: _reading(PolicySet, _policy),
    KINDS[Deducted]: _reading(Deducted, _deducted),
    KINDS[DeathRecorded]: _reading(DeathRecorded, _death),
    KINDS[AddressFlagged]: _reading(AddressFlagged, _address),
    KINDS[Renumbered]: _reading(Renumbered, _renumbered),
    KINDS[GivenUp]: _reading(GivenUp, _given_up),
    KINDS[MergeDecided]: _reading(MergeDecided, _merged),
    KINDS[PartDecided]: _reading(PartDecided, _parted),
    KINDS[ToldApart]: _reading(ToldApart, _told_apart),
    KINDS[ErasureDecided]: _reading(ErasureDecided, _erased),
}
"""By the act's kind: what repeats it. Takes its body, the id of its row in the trail, who repeats it and when."""
