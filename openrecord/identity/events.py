"""What identity tells the stations after it: which person may now be treated as which patient."""

from dataclasses import dataclass
from datetime import datetime

from openrecord.identity.types import PersonId
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
