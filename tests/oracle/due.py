"""What is open in front of staff for one patient."""

from .codes104 import asked
from .copies import unresolved_partners
from .entries import hold_states
from .moment import Moment
from .proxies import review_due
from .world import Entry, Patient


def due(m: Moment, patient: Patient) -> set[str]:
    """The open items of the kinds that the cases name."""
    found = asked(m, patient)
    for entry in m.record(patient.id):
        found |= _of_entry(m, entry)
    for viewer in m.world.viewers.values():
        if viewer.kind == "proxy" and viewer.patient == patient.id and review_due(m, patient, viewer):
            found.add(f"age_review:{viewer.id}")
    return found


def _of_entry(m: Moment, entry: Entry) -> set[str]:
    states = hold_states(m, entry)
    found = set()
    if "day_over" in states:
        found.add(f"hold_expired:{entry.id}")
    if "contact_over" in states:
        found.add(f"contacted:{entry.id}")
    for other in unresolved_partners(m.world, entry):
        if entry.order < other.order:
            found.add(f"copy:{entry.id}+{other.id}")
    if any(copy.wrong_person == "collision" for copy in m.copies(entry)):
        found.add(f"wrong_person:{entry.id}")
    return found
