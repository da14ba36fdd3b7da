"""`openrecord patient erase`: all that is here of a patient goes for good, for a reason that the controller has."""

import argparse

from openrecord.caseload import queries as caseload
from openrecord.db.erasing import overwrite_what_goes
from openrecord.ingest.actions.erasing import speaking_of
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator, patient_named
from openrecord.ops.patient import print_what_there_is
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import EraseReason, Patient


def run(arguments: argparse.Namespace) -> int:
    """Show what would go, and with --confirm erase it. Raises CommandFailed; a second time there is nothing to name."""
    patient = patient_named(arguments.patient)
    if patient.merged_into is not None:
        raise CommandFailed("this record is part of another: part them first, or erase the other one with this in it")
    for one in (patient, *registry.parts(patient.patient_id)):
        _print(one)
    print("What stays: the trail, which names internal numbers; backups, until they expire; the journal, until it is")
    print("begun anew; deliveries in which others stand who are here. What a source sends again comes back.")
    if arguments.confirm is None:
        print(f"Nothing was done. Whoever checked it and may decide it adds: --confirm {patient.public_id}")
        return 0
    if arguments.confirm != str(patient.public_id):
        raise CommandFailed("--confirm names another patient: nothing was done")
    overwrite_what_goes()
    try:
        actions.erase(
            patient_id=patient.patient_id, reason=EraseReason(arguments.reason), by=operator(), at=clock.now()
        )
    except (actions.NotMergeable, registry.UnknownPatient):
        raise CommandFailed("the record was merged or erased meanwhile: nothing was done") from None
    print("Erased. Note the date and the reason; no name.")
    return 0


def _print(patient: Patient) -> None:
    print_what_there_is(patient)
    found = [is_alone for _, is_alone in speaking_of(patient)]
    requests = len(caseload.requests(patient.patient_id))
    print(f"  {requests} requests; {len(found)} deliveries, of which {found.count(False)} stay for others in them")
