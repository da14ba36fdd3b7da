"""`openrecord exposure ENTRY`: everybody who was served one entry, from the audit of reads."""

import argparse
from dataclasses import asdict
from uuid import UUID

from openrecord.audit import queries as audit
from openrecord.audit.types import Exposure
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, patient_named
from openrecord.ops.printing import print_json, print_table
from openrecord.registry.types import PatientId
from openrecord.screening import queries as screening

HEADS = ("at", "who", "id", "role", "organisation", "viewer", "app", "channel", "page")


def run(arguments: argparse.Namespace) -> int:
    """List every read that served the entry, oldest first."""
    entry = as_uuid(arguments.entry, "ENTRY")
    found = [one for patient_id in _patients(arguments.patient, entry) for one in audit.exposure(patient_id, entry)]
    if arguments.json:
        print_json({"entry": entry, "exposures": [asdict(one) for one in found]})
    elif not found:
        print("nobody was served this entry")
    else:
        print_table(HEADS, [_row(one) for one in found])
    return 0


def _patients(patient: str | None, entry: UUID) -> tuple[PatientId, ...]:
    if patient is not None:
        return (patient_named(patient).patient_id,)
    found = screening.patients_with_entry(entry)
    if not found:
        raise CommandFailed("no such entry is known here")
    return found


def _row(one: Exposure) -> tuple[object, ...]:
    return (
        one.at, one.actor_kind, one.actor, one.role, one.organisation, one.viewer_id, one.client_id, one.channel,
        one.route,
    )  # fmt: skip
