"""Folders of files to take in, made once and used for every database. The same arguments give the same files.

Three orders of arrival: whole records; each report or consultation by itself, the patients' interleaved; each entry by
itself, interleaved likewise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain, zip_longest
from math import ceil
from pathlib import Path

import orjson

from openrecord_demo.england.bench import bench_patients, bundle
from openrecord_demo.england.model import Entry, Format, GeneratedPatient

SEED = 1
PER_PATIENT = 200
FEWEST_PEOPLE = 16
AROUND = frozenset({"Patient", "Organization", "Practitioner"})
"""Types that surround the entries of an R4 message."""


class Order(StrEnum):
    """How entries follow each other."""

    BY_PATIENT = "whole records"
    ARRIVAL = "reports, interleaved"
    SINGLY = "single entries, interleaved"


SHARES = {Order.BY_PATIENT: 1.0, Order.ARRIVAL: 0.5, Order.SINGLY: 0.1}
"""How much of a run's entries each order takes in: the slower ones fewer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A folder of messages, one a file. `people`: the NHS numbers of whoever they are about."""

    format: Format
    order: Order
    folder: Path
    entries: int
    messages: int
    people: tuple[str, ...]


def deliver(
    folder: Path, *, format: Format, order: Order, entries: int, per_patient: int | None = None, seed: int = SEED
) -> Delivery:
    """Write at least `entries` entries in whole patients; the names of the files sort in the order of arrival.

    `per_patient`: so many entries each, else up to PER_PATIENT. Another seed gives other people.
    Raises ValueError for single entries of a format other than R4: GP Connect has no message for one.
    """
    if order is Order.SINGLY and format is not Format.R4:
        raise ValueError("single entries can be sent as R4 only")
    per_patient = per_patient or max(50, min(PER_PATIENT, entries // FEWEST_PEOPLE))
    patients = bench_patients(seed=seed, entries=entries, per_patient=per_patient, format=format)
    folder.mkdir(parents=True)
    people, written, messages = [], 0, 0
    for round_of in _rounds(patients, entries=entries, per_patient=per_patient):
        people += [patient.person.nhs_number for patient in round_of]
        written += sum(patient.entries for patient in round_of)
        for message in interleaved([_messages(patient, order) for patient in round_of]):
            (folder / f"{messages:08d}.json").write_bytes(message)
            messages += 1
    return Delivery(format, order, folder, written, messages, tuple(people))


def _rounds(
    patients: Iterator[GeneratedPatient], *, entries: int, per_patient: int
) -> Iterator[tuple[GeneratedPatient, ...]]:
    """The patients in groups of up to 500, whose messages are interleaved: more would not fit into memory."""
    left = ceil(entries / per_patient)
    while left > 0:
        size = min(left, 500)
        yield tuple(next(patients) for _ in range(size))
        left -= size


def _messages(patient: GeneratedPatient, order: Order) -> Iterator[bytes]:
    record = patient.records[0]
    if order is Order.BY_PATIENT:
        return iter([bundle(patient, record)])
    if order is Order.ARRIVAL:
        return (bundle(patient, replace(record, entries=part)) for part in wholes(record.entries))
    return singly(bundle(patient, record))


def wholes(entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
    """Each report, consultation or lone entry with all that is inside it."""
    by_id = {entry.id: entry for entry in entries}
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        outermost = entry
        while outermost.inside is not None:
            outermost = by_id[outermost.inside]
        found.setdefault(outermost.id, []).append(entry)
    return [tuple(part) for part in found.values()]


def singly(whole: bytes) -> Iterator[bytes]:
    """An R4 Bundle as one Bundle for each entry; what the entries say of each other stays."""
    told = orjson.loads(whole)
    around = [item for item in told["entry"] if item["resource"]["resourceType"] in AROUND]
    for item in told["entry"]:
        if item["resource"]["resourceType"] not in AROUND:
            yield orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": [*around, item]})


def interleaved(each: list[Iterator[bytes]]) -> Iterator[bytes]:
    """The first of everybody, the second of everybody, and so on."""
    return (message for message in chain.from_iterable(zip_longest(*each)) if message is not None)
