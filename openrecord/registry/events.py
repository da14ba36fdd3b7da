"""What the registry tells the stations behind it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from openrecord.registry.types import OdsCode, PatientId


class PersonChange(Enum):
    """What changed about a person."""

    REGISTERED = "registered"
    DEDUCTED = "deducted"
    DIED = "died"
    DEATH_UNDONE = "death_undone"
    ADDRESS_FLAGGED = "address_flagged"


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Something that Sight depends on changed about a patient."""

    patient_id: PatientId
    what: PersonChange
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A practice set its policy."""

    ods: OdsCode
    at: datetime
