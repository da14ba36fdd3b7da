"""`openrecord patient merge OTHER INTO`, `openrecord patient part OTHER`: two records of one person, and back again."""

import argparse
from datetime import datetime

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.caseload import queries as caseload
from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator, patient_named
from openrecord.ops.patient import NOTHING_DONE
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar, bar
from openrecord.registry.types import MergeReason, PartReason, Patient, PatientId
from openrecord.screening import queries as screening
from openrecord.screening.rules.likeness import count_if_merged, is_kept_back

BARS = {
    Bar.SAME: "these are one and the same record",
    Bar.WITHDRAWN: "one of these identities was given up for protection: nothing may lead from it to another",
    Bar.PROTECTED: "the address of one of them is protected: a merge could tie who somebody was to who they are",
    Bar.MERGED: "one of these records was merged already: `openrecord patient part` parts it again",
    Bar.NOT_MERGED: "this record is not part of another",
    Bar.BORN: "the dates of birth differ or are not known: correct them at the source first",
}


def merge(arguments: argparse.Namespace) -> int:
    """Show what would be together, and with --do merge. Raises CommandFailed."""
    other, survivor = patient_named(arguments.other), patient_named(arguments.into)
    why = bar(survivor, other, has_parts=bool(registry.parts(other.patient_id)))
    if why is not None:
        raise CommandFailed(BARS[why])
    asked = [request for request in caseload.requests(other.patient_id) if request.is_open]
    if asked:
        raise CommandFailed(f"{len(asked)} requests to {other.public_id} are open: answer them first")
    _print_preview(survivor, other, clock.now())
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    try:
        actions.merge(
            survivor=survivor.patient_id,
            other=other.patient_id,
            reason=MergeReason(arguments.reason),
            by=operator(),
            at=clock.now(),
        )
    except actions.NotMergeable as error:
        raise CommandFailed(BARS[error.why]) from None
    except registry.UnknownPatient:
        raise CommandFailed("one of them was erased meanwhile: nothing was done") from None
    print("Done.")
    return 0


def part(arguments: argparse.Namespace) -> int:
    """Show what would go back, and with --do part the records. Raises CommandFailed."""
    other = patient_named(arguments.other)
    if other.merged_into is None:
        raise CommandFailed(BARS[Bar.NOT_MERGED])
    survivor = registry.patient(other.merged_into)
    entries = screening.came_as(survivor.patient_id, other.patient_id)
    print(f"{len(entries)} entries lie in {other.public_id} again, to which they came, also those that came since;")
    print(f"  the others stay in {survivor.public_id}. Decisions about an entry stay with it.")
    print("Who acts for whom, opt-outs and grants stand in each as they stood before. What was decided since about the")
    print(f"whole record stays with {survivor.public_id}; what keeps something back holds in {other.public_id} too.")
    print("Both are signed out everywhere, and every app needs a new token.")
    if not arguments.do:
        print(NOTHING_DONE)
        return 0
    try:
        actions.part(other=other.patient_id, reason=PartReason(arguments.reason), by=operator(), at=clock.now())
    except actions.NotMergeable as error:
        raise CommandFailed(BARS[error.why]) from None
    print("Done.")
    return 0


def _print_preview(survivor: Patient, other: Patient, at: datetime) -> None:
    print(f"One record from now on: {survivor.public_id}. What comes for either number lies in it.")
    for patient in (survivor, other):
        _print_one(patient, at)
    if survivor.family.casefold() != other.family.casefold():
        print("THE FAMILY NAMES DIFFER: make sure that this is one person.")
    own, theirs = screening.states(survivor.patient_id), screening.states(other.patient_id)
    doubted = count_if_merged(own, theirs, other.patient_id)
    print(f"{doubted} entries may be what is kept back in the other record: nobody sees them until")
    print("  the practice has decided; they stand in its worklist.")
    kept, ended = _others(survivor.patient_id, other.patient_id, at)
    print(f"{kept} proxies and apps were let in to both: they see what both gave them. {ended} were let in to one:")
    print("  they see nothing until the practice lets them in anew.")
    print("Windows, levels, sections, pauses, opt-outs and codes: the stricter of both. History that was granted in")
    print("  one is closed until it is granted for both. Both are signed out everywhere; apps need a new token.")
    if _has_account(other.patient_id, at) and not _has_account(survivor.patient_id, at):
        print("THE PATIENT SIGNS IN WITH THE OTHER NUMBER, which will show nothing: merge the other way round.")


def _has_account(patient_id: PatientId, at: datetime) -> bool:
    return any(viewer.kind is ViewerKind.SELF for viewer in access.people_viewing(patient_id, at=at))


def _print_one(patient: Patient, at: datetime) -> None:
    entries = screening.facts(patient.patient_id).values()
    facts = access.facts(patient.patient_id, at=at)
    stays = ", ".join(sorted({stay.ods for stay in facts.registrations})) or "no practice"
    print(f"patient {patient.public_id}: {len(entries)} entries, of which people keep back")
    print(f"  {sum(is_kept_back(entry) for entry in entries)}; registered at {stays};")
    chunks = sum(not chunk.withdrawn for chunk in facts.chunks)
    print(f"  {chunks} parts of the history granted, {len(facts.kept)} parts kept from proxies")


def _others(survivor: PatientId, other: PatientId, at: datetime) -> tuple[int, int]:
    """How many who act for the patient, and apps, were let in to both, and how many to one only."""
    both = access.viewers_of_both(survivor, other)
    own, theirs = (
        {one.viewer_id for one in access.people_viewing(patient, at=at) if one.kind is not ViewerKind.SELF}
        for patient in (survivor, other)
    )
    shared = {viewer for viewer in theirs if both.get(viewer) in own}
    return len(shared), len(own) + len(theirs) - 2 * len(shared)
