"""`openrecord patient erase`: all that is here of a patient goes for good, for a reason that the controller has."""

import argparse
from uuid import UUID

from openrecord.caseload import queries as caseload
from openrecord.db.erasing import overwrite_what_goes
from openrecord.ingest.actions.erasing import speaking_of
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import as_uuid, operator, patient_named
from openrecord.ops.patient import print_what_there_is
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import EraseReason, Patient
from openrecord.screening import queries as screening
from openrecord.screening.actions import erasing


def run(arguments: argparse.Namespace) -> int:
    """Show what would go, and with --confirm erase it. Raises CommandFailed; a second time there is nothing to name."""
    patient = patient_named(arguments.patient)
    if arguments.entry is not None:
        return _entry(patient, as_uuid(arguments.entry, "--entry"), arguments)
    if patient.merged_into is not None:
        raise CommandFailed("this record is part of another: part them first, or erase the other one with this in it")
    for one in (patient, *registry.parts(patient.patient_id)):
        _print(one)
    if not _is_confirmed(patient.public_id, arguments.confirm):
        return 0
    try:
        actions.erase(
            patient_id=patient.patient_id, reason=EraseReason(arguments.reason), by=operator(), at=clock.now()
        )
    except (actions.NotMergeable, registry.UnknownPatient):
        raise CommandFailed("the record was merged or erased meanwhile: nothing was done") from None
    print("Erased. Note the date and the reason; no name.")
    return 0


def _entry(patient: Patient, public_id: UUID, arguments: argparse.Namespace) -> int:
    """One entry that is somebody else's. Raises CommandFailed."""
    if arguments.reason != EraseReason.NEVER_BELONGED.value:
        raise CommandFailed("an entry by itself is erased for one reason: --reason never_belonged")
    home = registry.home(patient.patient_id)
    found = [entry for entry, state in screening.states(home).items() if state.public_id == public_id]
    if not found:
        raise CommandFailed("the patient has no such entry")
    print("What this entry says goes, and every delivery that brought it, whole; other entries stay as they are.")
    if not _is_confirmed(public_id, arguments.confirm):
        return 0
    try:
        erasing.erase_entry(patient_id=home, entry_id=found[0], by=operator(), at=clock.now())
    except erasing.NotSomebodyElses:
        raise CommandFailed("say first, on the entry's page, that it belongs to somebody else") from None
    print("Erased.")
    return 0


def _is_confirmed(public_id: UUID, confirm: str | None) -> bool:
    """Whether it is to be done; says what stays, and how to go on. Raises CommandFailed where another one is named."""
    print("What stays: the trail, which names internal numbers; backups, until they expire; the journal, until it is")
    print("begun anew; deliveries in which others stand who are here. What a source sends again comes back.")
    if confirm is None:
        print(f"Nothing was done. Whoever checked it and may decide it adds: --confirm {public_id}")
        return False
    if confirm != str(public_id):
        raise CommandFailed("--confirm names another one: nothing was done")
    overwrite_what_goes()
    return True


def _print(patient: Patient) -> None:
    print_what_there_is(patient)
    found = [is_alone for _, is_alone in speaking_of(patient)]
    requests = len(caseload.requests(patient.patient_id))
    print(f"  {requests} requests; {len(found)} deliveries, of which {found.count(False)} stay for others in them")
