"""`openrecord exposure ENTRY`: everybody who was served one entry, from the audit of reads."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from openrecord.audit import queries as audit
from openrecord.audit.types import Exposure
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, patient_named
from openrecord.ops.printing import print_json, print_table
from openrecord.registry import queries as registry
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
    """In which records it may have been read: also in one that its own was part of, or that was part of its own."""
    found = screening.patients_with_entry(entry) if patient is None else (patient_named(patient).patient_id,)
    if not found:
        raise CommandFailed("no such entry is known here")
    return tuple(dict.fromkeys(one for patient_id in found for one in (patient_id, *_ever_merged(patient_id))))


def _ever_merged(patient_id: PatientId) -> Iterator[PatientId]:
    for public_id in audit.subjects(patient_id, "merged"):
        other = registry.patient_by_public_id(UUID(public_id))
        if other is not None:
            yield other.patient_id


def _row(one: Exposure) -> tuple[object, ...]:
    return (
        one.at, one.actor_kind, one.actor, one.role, one.organisation, one.viewer_id, one.client_id, one.channel,
        one.route,
    )  # fmt: skip
