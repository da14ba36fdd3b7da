"""Requests as the practice works on them: its list, and one request with everything that happened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from openrecord.caseload import events
from openrecord.caseload.queries import Happened
from openrecord.caseload.rules.clock import clocks, due, urgency
from openrecord.caseload.rules.progress import progress
from openrecord.caseload.types import (
    Correction,
    Decision,
    Ground,
    Kind,
    OpenRequest,
    Outcome,
    Part,
    Proof,
    Request,
    State,
    Urgency,
    Wait,
)
from openrecord.registry.types import Patient, PatientId
from openrecord.web.parts import LEVELS, part_in_words
from openrecord.web.records.values import Fact
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

KINDS: Mapping[Kind, str] = {
    Kind.HISTORY: gettext_noop("Historical access"),
    Kind.LEVEL: gettext_noop("Higher level of access"),
    Kind.CORRECTION: gettext_noop("Correction of an entry"),
    Kind.QUESTION: gettext_noop("Question about an entry"),
    Kind.OPT_OUT: gettext_noop("Opt-out of online access"),
    Kind.OPT_IN: gettext_noop("Online access again after an opt-out"),
    Kind.PROXY: gettext_noop("Proxy access"),
    Kind.SUBJECT_ACCESS: gettext_noop("Subject access request"),
}
STATES: Mapping[State, str] = {
    State.RECEIVED: gettext_noop("Identity not checked yet"),
    State.IN_REVIEW: gettext_noop("In review"),
    State.WAITING: gettext_noop("Waiting for the patient"),
    State.GRANTED: gettext_noop("Granted"),
    State.PARTLY_GRANTED: gettext_noop("Granted in part"),
    State.REFUSED: gettext_noop("Refused"),
    State.WITHDRAWN: gettext_noop("Withdrawn"),
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.GRANTED: gettext_noop("Grant"),
    Outcome.PARTLY: gettext_noop("Grant in part"),
    Outcome.REFUSED: gettext_noop("Refuse"),
}
_STATES_OF_A_QUESTION = {
    State.GRANTED: gettext_noop("Answered"),
    State.REFUSED: gettext_noop("Not answered"),
}
_OUTCOMES_OF_A_QUESTION = {
    Outcome.GRANTED: gettext_noop("Answer the question"),
    Outcome.REFUSED: gettext_noop("Do not answer"),
}
GROUNDS: Mapping[Ground, str] = {
    Ground.EXEMPT: gettext_noop("An exemption of data protection law (serious harm, another person)"),
    Ground.IDENTITY: gettext_noop("Identity could not be checked"),
    Ground.NOT_HELD: gettext_noop("We do not hold it"),
    Ground.NOT_CHANGED: gettext_noop("Looked at, and the entry stays as it is"),
    Ground.NOT_ELIGIBLE: gettext_noop("The rules for online access do not allow it"),
    Ground.UNFOUNDED: gettext_noop("Manifestly unfounded or excessive (UK GDPR article 12(5))"),
}
CORRECTIONS: Mapping[Correction, str] = {
    Correction.CORRECTED: gettext_noop("Corrected in our own system, which sends the corrected entry"),
    Correction.NOTE_ADDED: gettext_noop("A note was added that the patient does not agree"),
    Correction.PASSED_ON: gettext_noop("Another organisation wrote it; we asked them to correct it"),
}
PROOFS: Mapping[Proof, str] = {
    Proof.NHS_LOGIN: gettext_noop("NHS login with photo ID (level P9)"),
    Proof.DOCUMENTS: gettext_noop("Documents: photo ID and proof of address"),
    Proof.VOUCHING: gettext_noop("Vouching: staff know the person, or asked what only they can know"),
}
WAITS: Mapping[Wait, str] = {
    Wait.IDENTITY: gettext_noop("Proof of identity"),
    Wait.CLARIFICATION: gettext_noop("An answer to a question about the request"),
}


_PLAIN: Mapping[type, str] = {
    events.Made: gettext_noop("Asked"),
    events.ClockResumed: gettext_noop("Clock runs again"),
    events.Extended: gettext_noop("Time extended"),
    events.Withdrawn: gettext_noop("Withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A request in the practice's list. `tone`: how its tag looks."""

    href: str
    title: str
    patient: str
    aside: str
    urgent: str
    tone: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One request. `reviews`: its parts and whether they were opened."""

    title: str
    state: str
    urgent: str
    tone: str
    facts: tuple[Fact, ...]
    percent: int | None
    reviews: tuple[tuple[str, bool], ...]
    letter: tuple[str, ...]
    steps: tuple[tuple[str, str, str], ...]


def outcome_words(outcome: Outcome, kind: Kind) -> str:
    """An answer in words, to choose it or to say that it was given: a question is answered, not granted."""
    own = _OUTCOMES_OF_A_QUESTION if kind is Kind.QUESTION else {}
    return _(own.get(outcome, OUTCOMES[outcome]))


def _state_words(request: Request) -> str:
    own = _STATES_OF_A_QUESTION if request.kind is Kind.QUESTION else {}
    return _(own.get(request.state, STATES[request.state]))


def address(patient: Patient, request_id: UUID) -> str:
    """Where the pages about a request begin."""
    return f"/staff/requests/{patient.public_id}/{request_id}"


def lines(
    found: Iterable[OpenRequest], patients: Mapping[PatientId, Patient], staff: Mapping[UUID, str], at: datetime
) -> tuple[Line, ...]:
    """The list as it stands at `at`."""
    return tuple(_line(one, patients[one.patient_id], staff, at) for one in found)


def _line(one: OpenRequest, patient: Patient, staff: Mapping[UUID, str], at: datetime) -> Line:
    urgent, tone = _urgent(urgency(one.due, clocks()[one.kind], at), one.due)
    aside = f"{_(STATES[one.state])}, {_assigned(one.assignee, staff)}"
    name = patient.listed_name
    return Line(address(patient, one.request_id), _(KINDS[one.kind]), name, aside, urgent, tone)


def _urgent(urgent: Urgency, end: date | None) -> tuple[str, str]:
    day = {"day": day_in_words(end)}
    match urgent:
        case Urgency.OVERDUE:
            return _("Overdue since %(day)s") % day, "late"
        case Urgency.SOON:
            return _("Due soon: %(day)s") % day, "note"
        case Urgency.STOPPED:
            return _("Clock stopped"), "unseen"
    return _("Due %(day)s") % day, "seen"


def _assigned(member: UUID | None, staff: Mapping[UUID, str]) -> str:
    if member is None:
        return _("not assigned")
    return staff.get(member, _("assigned to somebody who has left"))


def shown(
    request: Request,
    happened: Iterable[Happened],
    *,
    patient: Patient,
    staff: Mapping[UUID, str],
    names: Mapping[UUID, str],
    asker: str,
    waits: bool,
    at: datetime,
) -> Shown:
    """The request's own page. `staff`: the practice's people by id; `names`: theirs and of those who have left;
    `asker`: who asked, in words; `waits`: somebody has to answer it.
    """
    clock = clocks()[request.kind]
    end = None if request.is_paused else due(request, clock, at)
    urgent, tone = _urgent(urgency(end, clock, at), end) if waits else ("", "")
    letter = "" if request.decision is None else request.decision.letter
    return Shown(
        _(KINDS[request.kind]),
        _state_words(request),
        urgent,
        tone,
        _facts(request, staff, asker),
        progress(request, patient.born).percent if request.kind is Kind.HISTORY else None,
        tuple((part_words(review.part), review.granted) for review in request.reviews),
        tuple(text.strip() for text in letter.split("\n\n") if text.strip()),
        tuple(_step(one, request, names) for one in reversed(tuple(happened))),
    )


def part_words(part: Part) -> str:
    """A part of the record in words."""
    return part_in_words(part.first, part.last, part.sections)


def _facts(request: Request, staff: Mapping[UUID, str], asker: str) -> tuple[Fact, ...]:
    wish = request.wish
    found = [Fact(_("Asked on"), day_in_words(request.begins)), Fact(_("Asked by"), asker)]
    if request.kind is Kind.HISTORY:
        found.append(Fact(_("Asked for"), part_words(wish.part)))
    if wish.level is not None:
        found.append(Fact(_("Level"), _(LEVELS[wish.level])))
    found += [Fact(_("About"), wish.about)] if wish.about else []
    found += [Fact(_("In their words"), wish.words)] if wish.words else []
    found.append(Fact(_("Identity"), _("Not checked yet") if request.proof is None else _(PROOFS[request.proof])))
    assigned = _("Nobody") if request.assignee is None else _assigned(request.assignee, staff)
    found.append(Fact(_("Assigned to"), assigned))
    if request.extension is not None:
        found.append(Fact(_("Extended because"), request.extension))
    return (*found, *_decided(request.decision))


def _decided(decision: Decision | None) -> Iterable[Fact]:
    if decision is None:
        return
    if decision.level is not None:
        yield Fact(_("Level given"), _(LEVELS[decision.level]))
    if decision.correction is not None:
        yield Fact(_("What became of the entry"), _(CORRECTIONS[decision.correction]))
    if decision.ground is not None:
        yield Fact(_("Ground of refusal"), _(GROUNDS[decision.ground]))


def _step(one: Happened, request: Request, names: Mapping[UUID, str]) -> tuple[str, str, str]:
    """When, what, who."""
    return day_in_words(one.at), _event(one.event, request, names), _who(one, request.kind, names)


def _who(one: Happened, kind: Kind, names: Mapping[UUID, str]) -> str:
    if isinstance(one.event, events.Withdrawn) and kind is Kind.OPT_OUT:
        return _("by itself")
    if isinstance(one.event, events.Withdrawn) or (isinstance(one.event, events.Made) and one.event.received is None):
        return _("online")
    return next((name for member, name in names.items() if str(member) == one.actor), _("staff"))


def _event(event: events.AnyEvent, request: Request, names: Mapping[UUID, str]) -> str:
    kind = request.kind
    match event:
        case events.IdentityChecked(proof=proof):
            return _("Identity checked: %(how)s") % {"how": _(PROOFS[proof])}
        case events.Assigned(to=to):
            return _("Assigned: %(whom)s") % {"whom": _assigned(to, names)}
        case events.ClockPaused(wait=wait):
            return _("Clock stopped: %(wait)s") % {"wait": _(WAITS[wait])}
        case events.ChunkGranted(part=part):
            return _("Opened: %(part)s") % {"part": part_words(part)}
        case events.ChunkRefused(part=part):
            return _("Kept closed: %(part)s") % {"part": part_words(part)}
        case events.ChunkClosed(chunk=chunk):
            part = next(review.part for review in request.reviews if review.chunk == chunk)
            return _("Closed again: %(part)s") % {"part": part_words(part)}
        case events.Withdrawn() if kind is Kind.OPT_OUT:
            return _("Withdrawn: the patient wants online access again")
        case events.Decided(outcome=outcome):
            return _("Decided: %(outcome)s") % {"outcome": outcome_words(outcome, kind)}
    return _(_PLAIN[type(event)])
