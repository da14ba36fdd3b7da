"""What the registry tells the stations behind it, and what the journal keeps of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

import msgspec

from openrecord.audit.types import Repeatable
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.registry.types import EraseReason, MergeReason, OdsCode, PartReason, Patient, PatientId, Policy


class PersonChange(Enum):
    """What changed about a person."""

    REGISTERED = "registered"
    DEDUCTED = "deducted"
    DIED = "died"
    DEATH_UNDONE = "death_undone"
    ADDRESS_FLAGGED = "address_flagged"
    ADDRESS_UNFLAGGED = "address_unflagged"


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Something that Sight depends on changed about a patient."""

    patient_id: PatientId
    what: PersonChange
    at: datetime


@dataclass(frozen=True, slots=True)
class NumberChanged:
    """A patient has another NHS number from now on."""

    patient_id: PatientId
    before: NhsNumber
    now: NhsNumber
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A patient's identity was given up for their protection."""

    patient_id: PatientId
    at: datetime


@dataclass(frozen=True, slots=True)
class Merged:
    """Two records are one person's: `other` is part of the survivor from now on."""

    survivor: PatientId
    other: PatientId
    at: datetime


@dataclass(frozen=True, slots=True)
class Parted:
    """A merge was taken back: `other`, part of the survivor since then, is a record by itself again."""

    survivor: PatientId
    other: PatientId
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """A patient is erased: whoever holds anything of them lets it go. The registry's own row goes last."""

    patient: Patient
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A practice set its policy."""

    ods: OdsCode
    at: datetime


class PolicySet(msgspec.Struct, frozen=True):
    """A practice set its policy. `version`: the number that it got."""

    ods: OdsCode
    policy: Policy
    version: int
    why: str


class Deducted(msgspec.Struct, frozen=True):
    """A registration ended."""

    patient: Patient
    ods: OdsCode
    end: date


class DeathRecorded(msgspec.Struct, frozen=True):
    """A death was recorded, or (False) undone."""

    patient: Patient
    died: bool


class AddressFlagged(msgspec.Struct, frozen=True):
    """An address must not be shown, or (False) may be again."""

    patient: Patient
    flagged: bool = True


class Renumbered(msgspec.Struct, frozen=True):
    """A patient got another NHS number; `patient`: as before."""

    patient: Patient
    now: NhsNumber


class GivenUp(msgspec.Struct, frozen=True):
    """A patient's identity was withdrawn."""

    patient: Patient


class MergeDecided(msgspec.Struct, frozen=True):
    """Two records were merged. `at`: when that was done."""

    survivor: Patient
    other: Patient
    reason: MergeReason
    at: datetime


class PartDecided(msgspec.Struct, frozen=True):
    """A merge was taken back; `other`: as it was merged."""

    other: Patient
    reason: PartReason


class ToldApart(msgspec.Struct, frozen=True):
    """Two records were said to be two people's."""

    one: Patient
    other: Patient


class ErasureDecided(msgspec.Struct, frozen=True):
    """A patient was erased; not a word about them."""

    patient_id: PatientId
    reason: EraseReason


PersonAct = Deducted | DeathRecorded | AddressFlagged | Renumbered | GivenUp
RecordAct = MergeDecided | PartDecided | ToldApart | ErasureDecided
KINDS = {
    PolicySet: "policy",
    Deducted: "deducted",
    DeathRecorded: "death",
    AddressFlagged: "address",
    Renumbered: "number",
    GivenUp: "withdrawn",
    MergeDecided: "merged",
    PartDecided: "parted",
    ToldApart: "told_apart",
    ErasureDecided: "erased",
}
"""Their names in the journal, which stay for ever."""


def repeatable(act: PolicySet | PersonAct | RecordAct) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(KINDS[type(act)], msgspec.json.encode(act))
