"""Codes of the organisation and of time: registrations, windows, history and its chunks."""

from datetime import datetime

from .dates import earliest_day, london_day, midnight
from .moment import Moment
from .world import DEFAULT_POLICY, Chunk, Entry, Patient, Spell, Viewer


def latest_spell(m: Moment, patient: Patient, org: str) -> Spell | None:
    """The registration there that began last, up to now."""
    begun = [spell for spell in patient.spells if spell.org == org and m.reached(spell.start)]
    return max(begun, key=lambda spell: (spell.start, spell.known), default=None)


def is_registered(m: Moment, patient: Patient, org: str) -> bool:
    """Whether any registration there runs now."""
    here = [spell for spell in patient.spells if spell.org == org and m.reached(spell.start)]
    return any(not m.reached(spell.end) for spell in here)


def was_registered(patient: Patient, org: str, instant: datetime) -> bool:
    """Whether a registration there ran at an instant, by what is known of its end now."""
    here = [spell for spell in patient.spells if spell.org == org and midnight(spell.start) <= instant]
    return any(spell.end is None or instant < midnight(spell.end) for spell in here)


def registration_codes(m: Moment, entry: Entry) -> set[str]:
    """`not_registered` or `deducted` at the controlling organisation."""
    patient = m.patient(entry)
    if is_registered(m, patient, entry.org):
        return set()
    return {"deducted"} if latest_spell(m, patient, entry.org) else {"not_registered"}


def policy_codes(m: Moment, entry: Entry) -> set[str]:
    """Go-live, the practice's switch and its sections; nothing without a policy (`unknown_input` says it)."""
    policy = m.policy(entry.org)
    if policy is None:
        return set()
    found = set()
    if not live_at(m, entry.org):
        found.add("go_live_not_reached")
    if policy["system_on"] is not True:
        found.add("system_off")
    if entry.section and policy["sections"].get(entry.section, True) is not True:
        found.add("section_off")
    return found


def live_at(m: Moment, org: str) -> bool:
    """Whether the organisation's go-live is reached; never without a date or a policy."""
    policy = m.policy(org)
    return policy is not None and policy["go_live"] is not None and m.reached(earliest_day(policy["go_live"]))


def closed_codes(m: Moment, entry: Entry, viewer: Viewer, channel: str | None) -> set[str]:
    """`closed` for all, the practice, the patient, the client or the channel."""
    stops: list[tuple[str, str | None]] = [("practice", entry.org), ("patient", entry.patient)]
    if viewer.kind == "app":
        stops.append(("client", viewer.id))
    if channel is not None:
        stops.append(("channel", channel))
    stopped = any(stop in m.world.closures for stop in stops)
    return {"closed"} if stopped or any(scope == "all" for scope, _ in m.world.closures) else set()


def window(m: Moment, patient: Patient, org: str) -> datetime | None:
    """When the window opens: an override made since the latest registration, else the later of both dates."""
    policy = m.policy(org)
    if policy is None or policy["go_live"] is None:
        return None
    spell = latest_spell(m, patient, org)
    override = patient.windows.get(org)
    if override and (spell is None or override[1] >= spell.began):
        return override[0]
    starts = [midnight(earliest_day(policy["go_live"]))]
    if spell:
        starts.append(midnight(spell.start))
    return max(starts)


def marks_of_time(m: Moment, entry: Entry) -> set[str]:
    """The codes of time as if no history had been granted."""
    found = {entry.mark} if entry.mark else set()
    if entry.recorded is None:
        found.add("recorded_missing")
    opens = window(m, m.patient(entry), entry.org)
    if opens is None:
        return found
    if entry.recorded is not None and entry.recorded < opens:
        found.add("before_window")
    policy = m.policy(entry.org) or DEFAULT_POLICY
    if entry.clinical is None or (london_day(opens) - entry.clinical).days > policy["back_record_days"]:
        found.add("back_record")
    return found


def covering_chunks(m: Moment, entry: Entry) -> list[Chunk]:
    """The chunks in force that cover the entry, for whomever."""
    patient = m.patient(entry)
    spell = latest_spell(m, patient, entry.org)
    current = [c for c in patient.chunks if c.org == entry.org and (spell is None or c.granted >= spell.began)]
    return [chunk for chunk in current if _covers(chunk, entry)]


def _covers(chunk: Chunk, entry: Entry) -> bool:
    if entry.order > chunk.order:
        return False
    if chunk.sections is not None and entry.section not in chunk.sections:
        return False
    if chunk.first is None and chunk.last is None:
        return True
    if entry.clinical is None:
        return False
    return (chunk.first is None or chunk.first <= entry.clinical) and (
        chunk.last is None or entry.clinical <= chunk.last
    )


def names(chunk: Chunk, person: Viewer) -> bool:
    """Whether a chunk was granted to this person; `pat` stands for the patient of any record."""
    return person.id in chunk.people or (person.kind == "self" and "pat" in chunk.people)
