"""Everything that stands between one viewer and one entry: all codes, by all tests, and the rendering."""

from .codes104 import is_closed_to, is_declined
from .entries import entry_codes, has_text
from .given import level_given
from .groups import group_codes, parts, text_stripped
from .moment import Moment
from .proxies import proxy_codes
from .registration import closed_codes, covering_chunks, marks_of_time, names, policy_codes, registration_codes
from .scopes import in_scope
from .world import CONTAINER_KINDS, LEVELS, Chunk, Entry, Viewer


def all_codes(m: Moment, entry: Entry, viewer: Viewer, channel: str | None) -> set[str]:
    """The full set of reasons why this viewer does not see the entry; empty if visible."""
    key = ("all", entry.id, viewer.id, channel)
    if key not in m.remembered:
        found = entry_codes(m, entry) | group_codes(m, entry)
        found |= registration_codes(m, entry) | policy_codes(m, entry) | closed_codes(m, entry, viewer, channel)
        found |= _history_codes(m, entry, m.person(viewer)) | _person_codes(m, entry, m.person(viewer))
        found |= {code for code, level in limits(m, entry, m.person(viewer)) if _above(entry.level, level)}
        if viewer.kind == "app":
            found |= _app_codes(entry, viewer)
        if _is_empty(m, entry, viewer, channel):
            found.add("empty_container")
        m.remembered[key] = found
    return set(m.remembered[key])


def _above(level: str, limit: str) -> bool:
    return LEVELS.index(level) > LEVELS.index(limit)


def _reached_by_patients_choice(person: Viewer) -> bool:
    return person.kind == "self" or person.basis == "consent"


def limits(m: Moment, entry: Entry, person: Viewer) -> list[tuple[str, str]]:
    """Every level that bounds this person for this entry, with the code it gives."""
    patient = m.patient(entry)
    policy = m.policy(entry.org)
    found = []
    if not _history_codes(m, entry, person) & TIME_CODES:
        if marks_of_time(m, entry):
            levels = [chunk.level for chunk in _chunks_for(m, entry, person) or covering_chunks(m, entry)]
            found.append(("level", max(levels, key=LEVELS.index)))
        elif policy is not None:
            found.append(("level", policy["level"]))
            own = level_given(m, patient, entry.org)
            if own is not None and _reached_by_patients_choice(person):
                found.append(("level", own))
        if person.kind == "self" and patient.competence is not None and not m.has_turned(patient, 16):
            found.append(("level", patient.competence))
    if policy is not None and is_closed_to(m, person, entry.org):
        found.append(("enhanced_review", policy["at_risk_level"]))
    if patient.lowered is not None and _reached_by_patients_choice(person):
        found.append(("lowered", patient.lowered))
    if person.kind == "proxy":
        found.append(("proxy_scope", person.level))
    return found


TIME_CODES = {"before_window", "recorded_missing", "back_record", "transferred", "first_load"}


def _chunks_for(m: Moment, entry: Entry, person: Viewer) -> list[Chunk]:
    return [chunk for chunk in covering_chunks(m, entry) if names(chunk, person)]


def _history_codes(m: Moment, entry: Entry, person: Viewer) -> set[str]:
    """The codes of time, unless a chunk covers the entry; `proxy_scope` if it was for others."""
    marks = marks_of_time(m, entry)
    if not marks or _chunks_for(m, entry, person):
        return set()
    if person.kind == "proxy" and covering_chunks(m, entry):
        return {"proxy_scope"}
    return marks


def _person_codes(m: Moment, entry: Entry, person: Viewer) -> set[str]:
    patient = m.patient(entry)
    found = set()
    if patient.born is None:
        found.add("unknown_input")
    if patient.dead:
        found.add("deceased")
    if _reached_by_patients_choice(person):
        if is_declined(m, patient):
            found.add("declined")
        if patient.paused:
            found.add("paused")
    own_access = patient.competence is not None or m.has_turned(patient, 16)
    if person.kind == "self" and patient.born is not None and not own_access:
        found.add("under_16")
    if person.kind == "proxy":
        found |= proxy_codes(m, entry, person)
    return found


def _app_codes(entry: Entry, app: Viewer) -> set[str]:
    found = set() if in_scope(entry, app.scopes) else {"scope"}
    return found | {"token_revoked"} if app.revoked else found


def reads_full(m: Moment, entry: Entry, person: Viewer) -> bool:
    """Whether free text may be shown: every level is full and no hidden member strips it."""
    if any(level != "full" for _, level in limits(m, entry, person)):
        return False
    return not (has_text(m, entry) and text_stripped(m, entry))


def _is_empty(m: Moment, entry: Entry, viewer: Viewer, channel: str | None) -> bool:
    if entry.kind not in CONTAINER_KINDS:
        return False
    if any(_has_content(m, copy, viewer) for copy in m.copies(entry)):
        return False
    return all(all_codes(m, part, viewer, channel) for part in parts(m, entry))


def _has_content(m: Moment, copy: Entry, viewer: Viewer) -> bool:
    own = copy.raw.get("own", "coded")
    return own == "coded" or (own == "text" and reads_full(m, m.head(copy), m.person(viewer)))
