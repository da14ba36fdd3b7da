"""Codes 103, 104 and 106: where they are read, what they close, what a person decides.

A grant is one person at one organisation. It opens when the person has begun, is old enough (or
competent) and registered there, and the organisation is live; 104 is read then and only then.
"""

from datetime import datetime

from .dates import BEGINNING, earliest_day, midnight
from .entries import shown
from .moment import Moment
from .proxies import has_ended
from .registration import is_registered, latest_spell, live_at, was_registered
from .world import Entry, Grant, Patient, Viewer


def coded(m: Moment, patient: Patient, code: str) -> list[Entry]:
    """The valid entries of a code in the whole record, whatever the organisation."""
    mine = [e for e in m.world.entries.values() if e.patient == patient.id and e.kind == "code"]
    valid = [e for e in mine if not e.wrong_person and shown(e).status not in ("entered-in-error", "draft")]
    return [e for e in valid if str(e.raw.get("code")) == code]


def is_declined(m: Moment, patient: Patient) -> bool:
    """A 103 recorded later than every reversal; without a recorded time it counts as later."""
    declines = coded(m, patient, "103")
    return any(e.recorded is None or all(e.recorded > back for back in patient.reversals) for e in declines)


def effective(entry: Entry) -> datetime:
    """The instant from which a code is read: midnight of its effective date."""
    text = entry.raw.get("effective")
    if text is not None:
        return midnight(earliest_day(text))
    day = entry.clinical
    return BEGINNING if day is None else midnight(day)


def _in_force(m: Moment, patient: Patient, code: str) -> list[Entry]:
    return [e for e in coded(m, patient, code) if effective(e) <= m.at]


def _beats(later: Entry, earlier: Entry) -> bool:
    """Whether a 106 beats a 104: by effective date, then by recorded time; else the 104 stands."""
    if effective(later) != effective(earlier):
        return effective(later) > effective(earlier)
    return later.recorded is not None and earlier.recorded is not None and later.recorded > earlier.recorded


def stands(m: Moment, patient: Patient, code_104: Entry) -> bool:
    """Whether no 106 beats this 104."""
    return not any(_beats(code_106, code_104) for code_106 in _in_force(m, patient, "106"))


def applies(m: Moment, patient: Patient) -> bool:
    """Whether a 104 in force stands now."""
    return any(stands(m, patient, e) for e in _in_force(m, patient, "104"))


def settle(m: Moment) -> None:
    """Read the codes at this instant: what became due, which grants open, which blocked ones are freed."""
    for patient in m.world.patients.values():
        _read_new_codes(m, patient)
        for viewer in m.world.viewers.values():
            if viewer.patient == patient.id and viewer.kind in ("self", "proxy"):
                for org in m.world.policies:
                    _settle_grant(m, patient, viewer, org)


def _read_new_codes(m: Moment, patient: Patient) -> None:
    fresh = [e for c in ("104", "106") for e in _in_force(m, patient, c) if e.id not in patient.codes_read]
    for entry in fresh:
        patient.codes_read.add(entry.id)
        is_104 = str(entry.raw["code"]) == "104"
        if is_104 and stands(m, patient, entry):
            _ask(m, patient, "open", "104_live_access")
            _ask(m, patient, "removed", None)
        if not is_104 and not applies(m, patient):
            _ask(m, patient, "removed", "106_after_removal")


def _ask(m: Moment, patient: Patient, state: str, asks: str | None) -> None:
    for grant in _grants(m, patient, state):
        grant.asks = asks


def _grants(m: Moment, patient: Patient, *states: str) -> list[Grant]:
    """The grants of the patient's people in one of these states, also those that lead nowhere now."""
    of_patient = [grant for (name, _), grant in m.world.grants.items() if m.world.viewers[name].patient == patient.id]
    return [grant for grant in of_patient if grant.state in states]


def asked(m: Moment, patient: Patient) -> set[str]:
    """What staff are asked about access that still leads somewhere."""
    found = set()
    for (name, _org), grant in m.world.grants.items():
        viewer = m.world.viewers[name]
        if viewer.patient == patient.id and grant.asks is not None and grant.holds and not has_ended(m, viewer):
            found.add(grant.asks)
    return found


def decide(m: Moment, patient: Patient, outcome: str) -> None:
    """`remove` takes every open grant; `keep` leaves them and gives back the removed ones. Nothing is asked then."""
    before, after = ("removed", "open") if outcome == "keep" else ("open", "removed")
    for grant in _grants(m, patient, "open", "removed"):
        grant.state = after if grant.state == before else grant.state
        grant.asks = None


def _opening(m: Moment, patient: Patient, viewer: Viewer, org: str) -> tuple[object, ...] | None:
    """What tells one opening of a grant from the next; None while the grant cannot be open."""
    adult = m.has_turned(patient, 16)
    of_age = viewer.kind == "proxy" or adult or (patient.born is not None and patient.competence is not None)
    if not (of_age and m.has_begun(viewer) and live_at(m, org) and is_registered(m, patient, org)):
        return None
    spell = latest_spell(m, patient, org)
    return (viewer.grants, viewer.kind == "self" and adult, spell and (spell.start, spell.known))


def _settle_grant(m: Moment, patient: Patient, viewer: Viewer, org: str) -> None:
    opening = _opening(m, patient, viewer, org)
    grant = m.world.grants.get((viewer.id, org))
    blocked = applies(m, patient)
    if opening is not None and (grant is None or grant.opening != opening):
        m.world.grants[viewer.id, org] = Grant(opening, m.at, holds=True, state="blocked" if blocked else "open")
    elif grant is not None:
        grant.holds = opening is not None
        if grant.state == "blocked" and not blocked:
            grant.state = "open"


def is_closed_to(m: Moment, person: Viewer, org: str) -> bool:
    """Whether 104 applies to this person's grant at the organisation."""
    grant = m.world.grants.get((person.id, org))
    if grant is None or not was_registered(m.world.patients[person.patient], org, grant.since):
        return False
    return grant.state in ("blocked", "removed")
