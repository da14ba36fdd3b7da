"""What the patient should see of each entry, as the generator itself knows it.

Independent of openrecord's decision code on purpose: the manifest's truth is a second opinion. It knows only the plain
situations that the generator makes. Reason words are those of the decision cases. Instant: noon UTC of `as_of`, after
every act of the manifest, for the patient in person with an online account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from openrecord.kit.london import day_of
from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.model import Act, Entry, Kind, Practice, Registration

_SUMMARY = frozenset({Kind.MEDICATION, Kind.PLAN, Kind.ISSUE, Kind.ALLERGY, Kind.CODE, Kind.DIARY})
_NEEDED = {Kind.DOCUMENT: 3, Kind.COMMENT: 4}
_LEVELS = {"none": 0, "summary": 1, "detailed": 2, "documents": 3, "full": 4}
_RELEASED_AS = {Kind.RESULT: "result", Kind.SPECIMEN: "result", Kind.REPORT: "report"}
_SHARED = frozenset({Kind.PLAN, Kind.ALLERGY, Kind.CONDITION})
"""A visit mentions them, but they are not part of it: hiding the visit does not hide them."""

_BACK_RECORD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds for the whole person. `closed`: reasons that hold for every entry (declined, deceased, …)."""

    registrations: tuple[Registration, ...]
    closed: tuple[str, ...] = ()
    level: str | None = None
    acts: tuple[Act, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()


def situation(
    registrations: tuple[Registration, ...], acts: Iterable[Act], closed: tuple[str, ...], level: str | None
) -> Situation:
    """The situation that the manifest's acts make. `level`: what a competence decision gives, None from 16 on."""
    done = tuple(acts)
    hidden = {entry: f"hidden_{a.details['reason']}" for a in done if a.do == "hide" for entry in a.details["entries"]}
    held = frozenset(entry for a in done if a.do == "hold" for entry in a.details["entries"])
    released = frozenset(entry for a in done if a.do == "release" for entry in a.details["entries"])
    return Situation(registrations, closed, level, done, hidden, held, released)


def window(practice: Practice, registrations: Iterable[Registration]) -> date | None:
    """The day from which on the practice shows what it records: the later of go-live and the latest registration."""
    starts = [r.start for r in registrations if r.ods == practice.ods]
    return None if practice.go_live is None else max(practice.go_live, *starts)


def expected(
    entries: tuple[Entry, ...], practice: Practice, facts: Situation, as_of: date
) -> dict[str, tuple[str, ...]]:
    """By entry id: the reasons why the patient does not see it, none where they do."""
    own = {entry.id: _own(entry, practice, facts) for entry in entries}
    passed = _passed_down(entries, own)
    outside = (*_organisation(practice, facts, as_of), *facts.closed)
    start = window(practice, facts.registrations)
    answer: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        reasons = (*own[entry.id], *passed.get(entry.id, ()), *outside)
        timely = () if start is None else _time(entry, start)
        if not timely and not _reaches(entry, practice, facts):
            timely = ("level",)
        answer[entry.id] = (*reasons, *timely)
    return answer


def _own(entry: Entry, practice: Practice, facts: Situation) -> tuple[str, ...]:
    reasons: list[str] = []
    if not entry.filed:
        reasons.append("unfiled")
    if entry.draft:
        reasons.append("draft")
    if entry.nopat:
        reasons.append("not_for_patient_label")
    if entry.kind is Kind.CODE:
        reasons.append("never_code")
    if entry.kind is Kind.DIARY:
        reasons.append("diary")
    if entry.id in facts.hidden:
        reasons.append(facts.hidden[entry.id])
    if entry.id in facts.held:
        reasons.append("held_contact")
    by_hand = practice.release.get(_RELEASED_AS.get(entry.kind, "")) == "by_hand"
    if by_hand and entry.id not in facts.released:
        reasons.append("undecided")
    return tuple(reasons)


def _passed_down(entries: tuple[Entry, ...], own: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    by_id = {entry.id: entry for entry in entries}
    marked = {entry.unit for entry in entries if entry.unit and own[entry.id]}
    unit_hidden = {e.id for e in entries if e.unit in marked and not own[e.id]} if marked else set[str]()
    containers = {entry.id: _containers(entry, by_id) for entry in entries if _is_part(entry)}
    guilty: dict[str, set[str]] = {}
    for entry in entries:
        if entry.id in containers and entry.kind is not Kind.DIARY and (own[entry.id] or entry.id in unit_hidden):
            guilty.setdefault(containers[entry.id][-1], set()).add(entry.id)
    answer: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        chain = containers.get(entry.id, ())
        reasons = ["unit_hidden"] if entry.id in unit_hidden else []
        if any(own[container] for container in chain):
            reasons.append("container_hidden")
        top = chain[-1] if chain else entry.id
        if entry.kind in (Kind.COMMENT, Kind.DOCUMENT) and guilty.get(top, set()) - {entry.id, *chain}:
            reasons.append("member_hidden_text")
        if reasons:
            answer[entry.id] = tuple(reasons)
    return answer


def _is_part(entry: Entry) -> bool:
    return entry.inside is not None and entry.kind not in _SHARED


def _containers(entry: Entry, by_id: Mapping[str, Entry]) -> tuple[str, ...]:
    chain: list[str] = []
    inside = entry.inside
    while inside is not None:
        chain.append(inside)
        inside = by_id[inside].inside
    return tuple(chain)


def _organisation(practice: Practice, facts: Situation, as_of: date) -> tuple[str, ...]:
    reasons: list[str] = []
    if practice.go_live is None or practice.go_live > as_of:
        reasons.append("go_live_not_reached")
    here = [r for r in facts.registrations if r.ods == practice.ods]
    if all(r.end is not None and r.end <= as_of for r in here):
        reasons.append("deducted")
    return tuple(reasons)


def _time(entry: Entry, start: date) -> tuple[str, ...]:
    reasons: list[str] = []
    if day_of(entry.recorded) < start:
        reasons.append("before_window")
    if day_of(entry.clinical) < start - _BACK_RECORD:
        reasons.append("back_record")
    return tuple(reasons)


def _reaches(entry: Entry, practice: Practice, facts: Situation) -> bool:
    given = min(_LEVELS[practice.level], _LEVELS[facts.level or "full"])
    return given >= (1 if entry.kind in _SUMMARY else _NEEDED.get(entry.kind, 2))


def review_applies(entries: Iterable[Entry], read_on: date) -> bool:
    """Whether a code 104 stands on the day the person's access would open: the latest of 104 and 106 wins."""
    codes = [e for e in entries if e.kind is Kind.CODE and day_of(e.recorded) <= read_on]
    ours = [e for e in codes if e.code in (CODES["access_review"], CODES["access_no_review"])]
    latest = max(ours, key=lambda e: (e.clinical, e.recorded), default=None)
    return latest is not None and latest.code == CODES["access_review"]
