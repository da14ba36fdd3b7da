"""What identity tells the stations after it, who may now be treated as which patient; and what the journal keeps."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from openrecord.audit.types import Repeatable
from openrecord.identity.types import PersonId, Role, StaffId
from openrecord.registry.types import PatientId


@dataclass(frozen=True, slots=True)
class PatientLinked:
    """A person proved to be this patient: NHS number, birth date and family name agree."""

    person_id: PersonId
    patient_id: PatientId
    at: datetime


@dataclass(frozen=True, slots=True)
class PatientUnlinked:
    """What a person proves no longer agrees with this patient; the person must not see the record as their own."""

    person_id: PersonId
    patient_id: PatientId
    at: datetime


class StaffStopped(msgspec.Struct, frozen=True):
    """A staff member may no longer sign in."""

    staff: StaffId
    reason: str


class RolesChanged(msgspec.Struct, frozen=True):
    """A staff member has these roles and no others."""

    staff: StaffId
    roles: tuple[Role, ...]


KINDS = {StaffStopped: "staff_stopped", RolesChanged: "staff_roles"}
"""Their names in the journal, which stay for ever."""


def repeatable(act: StaffStopped | RolesChanged) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(KINDS[type(act)], msgspec.json.encode(act))
