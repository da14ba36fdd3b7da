"""Bundles in bulk for measuring: mostly laboratory results and observations, as in real records, without stories.

No truth is told about them; they are for speed, not for decisions.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from openrecord_demo.england import r4_files, stu3_file
from openrecord_demo.england.history import consult
from openrecord_demo.england.model import Format, GeneratedPatient, PracticeRecord, Registration
from openrecord_demo.england.names import NhsNumbers, invent
from openrecord_demo.england.notes_longterm import REVIEWS
from openrecord_demo.england.practices import PRACTICES
from openrecord_demo.england.record import Record

BENCH_DAY = date(2026, 6, 1)
_TESTS = ("fbc", "ue", "lft", "lipids", "bone", "hba1c", "tft")
_REASON = REVIEWS["hypertension"]


def bench_bundles(
    *,
    seed: int,
    entries: int,
    per_patient: int = 200,
    format: Format | str = Format.R4,
) -> Iterator[tuple[str, bytes]]:
    """(NHS number, Bundle) of each of `bench_patients`."""
    for patient in bench_patients(seed=seed, entries=entries, per_patient=per_patient, format=format):
        yield patient.person.nhs_number, bundle(patient, patient.records[0])


def bench_patients(
    *,
    seed: int,
    entries: int,
    per_patient: int = 200,
    format: Format | str = Format.R4,
) -> Iterator[GeneratedPatient]:
    """Different people with one record each, until at least `entries` entries are made.

    `per_patient`: entries each, from 5 to 10,000 (ValueError otherwise); `format` is "r4" or "stu3" or a bundle Format.
    """
    if not 5 <= per_patient <= 10_000:
        raise ValueError("per_patient must be between 5 and 10000")
    form = {"r4": Format.R4, "stu3": Format.STU3}.get(format, format)
    numbers = NhsNumbers(Random(f"{seed}/bench").randrange(1_000_000))
    number = made = 0
    while made < entries:
        patient = _patient(number, numbers.take(), Random(f"{seed}/bench/{number}"), per_patient, Format(form))
        yield patient
        number, made = number + 1, made + patient.entries


def bundle(patient: GeneratedPatient, record: PracticeRecord) -> bytes:
    """The record, or a part of it, as one message of its format."""
    if record.format is Format.STU3:
        return stu3_file.bundle(patient, record, BENCH_DAY)
    return r4_files.bundle(patient, record)


def _patient(number: int, nhs_number: str, rng: Random, wanted: int, form: Format) -> GeneratedPatient:
    practice = PRACTICES["Z99101"]
    born = date(1935, 1, 1) + timedelta(days=int(rng.random() * 25_000))
    person = invent(rng, nhs_number=nhs_number, born=born, practice=practice, name=None, sex=None)
    since = date(2012, 1, 9)
    record = Record(number, practice, person, rng, since, BENCH_DAY, practice.go_live)
    span = (BENCH_DAY - since).days
    day = 0
    while len(record.entries) < wanted:
        day = (day + 97) % (span - 10)
        on = since + timedelta(days=day)
        consult(record, on, _REASON, staff=day % 3)
        for key in _TESTS:
            if len(record.entries) >= wanted:
                break
            record.panel(key, on)
    entries = tuple(record.entries[:wanted])
    stay = Registration(practice.ods, since)
    return GeneratedPatient(number, person, (stay,), (PracticeRecord(practice.ods, form, entries),), {}, None)
