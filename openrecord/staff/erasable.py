"""What a practice may have erased and why: what is somebody else's, and what has been kept long enough."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from openrecord.audit import queries as audit
from openrecord.kit.ids import spelt
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.events import PersonChange
from openrecord.registry.rules.retention import Retention, retention
from openrecord.registry.types import OdsCode, Patient
from openrecord.screening import queries as screening


@dataclass(frozen=True, slots=True)
class Aged:
    """A record whose period has ended."""

    patient: Patient
    retention: Retention


@dataclass(frozen=True, slots=True)
class Foreign:
    """An entry that is somebody else's. `since`: when somebody here said so; None where its source did."""

    patient: Patient
    entry_id: UUID
    public_id: UUID
    since: datetime | None


def aged(ods: OdsCode, *, on: date) -> tuple[Aged, ...]:
    """Records that this practice had last and whose period has ended by that day, the longest ended first."""
    found = (Aged(patient, ended) for patient, ended in _ended(_whole(ods)) if ended.ods == ods and ended.ends <= on)
    return tuple(sorted(found, key=lambda one: (one.retention.ends, one.patient.patient_id)))


def _whole(ods: OdsCode) -> Iterable[Patient]:
    """Each person once: a record that is part of another goes with it."""
    homes = set(registry.homes(registry.patients_ever_at(ods)).values())
    return registry.patients(homes).values()


def _ended(patients: Iterable[Patient]) -> Iterator[tuple[Patient, Retention]]:
    """The period of each that has begun; of a death of which nobody knows since when none has."""
    every = tuple(patients)
    stays_of = registry.stays_of(patient.patient_id for patient in every)
    dead = [patient.patient_id for patient in every if patient.died]
    deaths = audit.last_changes(dead, PersonChange.DIED.value)
    for patient in every:
        known = deaths.get(patient.patient_id, {}).values()
        died = day_of(max(known)) if known else None
        ended = retention(stays_of.get(patient.patient_id, ()), died)
        if ended is not None and patient.died is (died is not None):
            yield patient, ended


def foreign(ods: OdsCode) -> tuple[Foreign, ...]:
    """Entries of this practice that are somebody else's and still say what they said."""
    found = screening.somebody_elses(ods)
    patients = registry.patients({patient_id for patient_id, _, _ in found})
    said = audit.last_changes(patients, "wrong_person")
    return tuple(
        Foreign(patients[patient_id], UUID(bytes=entry_id), public_id, said[patient_id].get(spelt(entry_id)))
        for patient_id, entry_id, public_id in found
    )
