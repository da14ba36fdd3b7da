"""Restricted records and openings in an emergency. Frozen values, never rows."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType
from uuid import UUID

from openrecord.identity.types import StaffId
from openrecord.registry.types import OdsCode, PatientId

OpeningId = NewType("OpeningId", UUID)


class Cause(Enum):
    """Why a practice restricts a record."""

    STAFF = "staff"
    KNOWN = "known"
    WISH = "wish"
    SAFEGUARDING = "safeguarding"


class Ground(Enum):
    """Why somebody opens a record that is closed to them."""

    CARE = "care"
    PATIENT = "patient"
    HARM = "harm"
    DUTY = "duty"


class Finding(Enum):
    """What whoever checked an opening found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands towards a member of staff. `cause`: None where it is not restricted.

    `until`: while a break-glass opening of theirs holds, None where they have none.
    """

    cause: Cause | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A record was opened by breaking the glass and nobody has checked it yet. `words`: what was said for it."""

    opening_id: OpeningId
    patient_id: PatientId
    ods: OdsCode
    staff_id: StaffId
    ground: Ground
    words: str = field(repr=False)
    at: datetime
    until: datetime


class NotYours(Exception):
    """Whoever asks may not check this opening: it is their own, or their role does not check."""
