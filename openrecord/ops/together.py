"""`openrecord patient merge OTHER INTO`, `openrecord patient part OTHER`: two records of one person, and back again."""

import argparse

from openrecord.kit import clock
from openrecord.ops.failure import CommandFailed
from openrecord.ops.operator import operator, patient_named
from openrecord.ops.patient import NOTHING_DONE
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar
from openrecord.registry.types import MergeReason, PartReason
from openrecord.screening import queries as screening
from openrecord.screening.together import Outlook, Side, hindrance, outlook

BARS = {
    Bar.SAME: "these are one and the same record",
    Bar.WITHDRAWN: "one of these identities was given up for protection: nothing may lead from it to another",
    Bar.PROTECTED: "the address of one of them is protected: a merge could tie who somebody was to who they are",
    Bar.MERGED: "one of these records was merged already: `openrecord patient part` parts it again",
    Bar.NOT_MERGED: "this record is not part of another",
    Bar.BORN: "the dates of birth differ or are not known: correct them at the source first",
    Bar.ASKED: "requests to the other record are open: answer them first",
}


def merge(arguments: argparse.Namespace) -> int:
    """Show what would be together, and with --do merge. Raises CommandFailed."""
    other, survivor = patient_named(arguments.other), patient_named(arguments.into)
    why = hindrance(survivor, other)
    if why is not None:
        raise CommandFailed(BARS[why])
    _print_outlook(outlook(survivor, other, at=clock.now()))
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


def _print_outlook(found: Outlook) -> None:
    print(f"One record from now on: {found.survivor.patient.public_id}. What comes for either number lies in it.")
    for side in (found.survivor, found.other):
        _print_side(side)
    if found.names_differ:
        print("THE FAMILY NAMES DIFFER: make sure that this is one person.")
    print(f"{found.doubted} entries may be what is kept back in the other record: nobody sees them until")
    print("  the practice has decided; they stand in its worklist.")
    print(f"{found.in_both} proxies and apps were let in to both: they see what both gave them.")
    print(f"  {found.in_one} were let in to one: they see nothing until the practice lets them in anew.")
    print("Windows, levels, sections, pauses, opt-outs and codes: the stricter of both. History that was granted in")
    print("  one is closed until it is granted for both. Both are signed out everywhere; apps need a new token.")
    if found.is_wrong_way_round:
        print("THE PATIENT SIGNS IN WITH THE OTHER NUMBER, which will show nothing: merge the other way round.")


def _print_side(side: Side) -> None:
    print(f"patient {side.patient.public_id}: {side.entries} entries, of which people keep back")
    print(f"  {side.kept_back}; registered at {', '.join(sorted(side.registered)) or 'no practice'};")
    print(f"  {side.chunks} parts of the history granted, {side.kept} parts kept from proxies")
