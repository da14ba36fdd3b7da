"""`openrecord practice alike ODS --since DATE`: what came under new names and may be a copy of what is kept back."""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime

from tqdm import tqdm

from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json, print_table
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.rules.likeness import alike
from openrecord.screening.types import EntryId


def run(arguments: argparse.Namespace) -> int:
    """List them, and with --hold keep each back until somebody has decided. Raises CommandFailed."""
    if registry.practice(arguments.ods) is None:
        raise CommandFailed("no such practice is known here")
    patients = screening.patients_decided(registry.patients_ever_at(arguments.ods))
    found = list(_found(patients, arguments.since))
    if arguments.hold:
        by = operator()
        for patient_id, entry_id in found:
            acts.hold(patient_id=patient_id, entry_id=entry_id, until=None, by=by, at=clock.now())
    rows = [(registry.patient(patient_id).public_id, public_id) for patient_id, public_id in _named(found)]
    if arguments.json:
        print_json({"held": arguments.hold, "entries": [{"patient": one, "entry": other} for one, other in rows]})
        return 0
    print_table(("patient", "entry"), rows)
    if not rows:
        print("nothing that came since then is like what is kept back")
    elif arguments.hold:
        print(f"{len(rows)} entries are held: they stand in the practice's worklist")
    else:
        print(f"{len(rows)} entries may be copies of what is kept back. Nothing was done: add --hold to hold them.")
    return 0


def _found(patients: tuple[PatientId, ...], since: datetime) -> Iterator[tuple[PatientId, EntryId]]:
    for patient_id in tqdm(patients, unit="patient", disable=not sys.stderr.isatty(), file=sys.stderr):
        for entry_id in sorted(alike(screening.facts(patient_id).values(), since=since)):
            yield patient_id, entry_id


def _named(found: list[tuple[PatientId, EntryId]]) -> Iterator[tuple[PatientId, object]]:
    for patient_id, entry_id in found:
        yield patient_id, screening.states(patient_id, [entry_id])[entry_id].public_id
