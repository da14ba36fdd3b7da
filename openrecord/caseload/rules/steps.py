"""What may happen to a request next, and which staff may do it: least privilege, and nothing after its end."""

from collections.abc import Mapping
from datetime import date, datetime

from openrecord.caseload import events
from openrecord.caseload.rules.clock import clocks, due
from openrecord.caseload.rules.progress import outcome_of_history
from openrecord.caseload.types import Correction, Ground, Kind, Outcome, Part, Request, Step, Wait
from openrecord.clinical.kinds import Level
from openrecord.identity.types import Role
from openrecord.kit.london import day_of

_ANSWERS = frozenset({Role.MANAGER, Role.IG_LEAD})
_REVIEWS = frozenset({Role.SCREENER, Role.CLINICIAN})
ROLES: Mapping[Step, frozenset[Role]] = {
    Step.IDENTITY: _ANSWERS | _REVIEWS,
    Step.ASSIGN: _ANSWERS | _REVIEWS,
    Step.PAUSE: _ANSWERS,
    Step.RESUME: _ANSWERS,
    Step.EXTEND: _ANSWERS,
    Step.REVIEW: _REVIEWS,
    Step.CLOSE: _REVIEWS,
    Step.DECIDE: _ANSWERS,
    Step.WITHDRAW: frozenset(),
}
"""Withdrawing is for whoever asked. Reviewers take a request for themselves; to give it to others is for _ANSWERS."""
ASSIGNS_OTHERS = _ANSWERS
_CLINICAL = frozenset({Role.CLINICIAN})
_STEP_OF: Mapping[type, Step] = {
    events.IdentityChecked: Step.IDENTITY,
    events.Assigned: Step.ASSIGN,
    events.ClockPaused: Step.PAUSE,
    events.ClockResumed: Step.RESUME,
    events.Extended: Step.EXTEND,
    events.ChunkGranted: Step.REVIEW,
    events.ChunkRefused: Step.REVIEW,
    events.ChunkClosed: Step.CLOSE,
    events.Decided: Step.DECIDE,
    events.Withdrawn: Step.WITHDRAW,
}


def roles(step: Step, kind: Kind) -> frozenset[Role]:
    """Who may take a step with such a request. What an entry means is for clinicians to say, too."""
    answers = step is Step.DECIDE and kind is Kind.QUESTION
    return ROLES[step] | _CLINICAL if answers else ROLES[step]


def open_steps(request: Request, at: datetime) -> frozenset[Step]:
    """What may be done with the request now, by whoever has the role. What was opened can be closed whenever."""
    closing = frozenset({Step.CLOSE}) if any(review.granted for review in request.reviews) else frozenset[Step]()
    if not request.is_open:
        return closing
    clock = clocks()[request.kind]
    paused = request.is_paused
    in_time = day_of(at) <= due(request, clock, at)
    possible = {
        Step.IDENTITY: request.proof is None,
        Step.ASSIGN: True,
        Step.PAUSE: not paused and bool(waits(request)),
        Step.RESUME: paused,
        Step.EXTEND: request.extension is None and clock.extension > 0 and in_time,
        Step.REVIEW: request.kind is Kind.HISTORY and request.proof is not None,
        Step.DECIDE: not paused,
        Step.WITHDRAW: request.kind is not Kind.OPT_OUT,
    }
    return closing | frozenset(step for step, holds in possible.items() if holds)


def waits(request: Request) -> frozenset[Wait]:
    """What the practice may stop the clock for: not for a proof that it has."""
    stops = clocks()[request.kind].stops
    return stops if request.proof is None else stops - {Wait.IDENTITY}


def allows(
    request: Request, event: events.AnyEvent, at: datetime, *, born: date | None, openable: frozenset[Level]
) -> bool:
    """Whether the event may follow now: its step is open and it says what it must. `openable`: as in rules.levels."""
    if _STEP_OF.get(type(event)) not in open_steps(request, at):
        return False
    match event:
        case events.ClockPaused(wait=wait):
            return wait in waits(request)
        case events.Extended(reason=reason):
            return bool(reason.strip())
        case events.ChunkGranted(part=part) | events.ChunkRefused(part=part):
            return is_part(part)
        case events.ChunkClosed(chunk=chunk):
            return any(review.granted and review.chunk == chunk for review in request.reviews)
        case events.Decided():
            possible = event.outcome in outcomes(request, born=born, openable=openable)
            return possible and _is_whole(request, event) and _says_what(request, event, openable)
    return True


def is_part(part: Part) -> bool:
    """Whether it can hold anything: its days in order, a section at least."""
    in_order = part.first is None or part.last is None or part.first <= part.last
    return in_order and part.sections != frozenset()


def outcomes(request: Request, *, born: date | None, openable: frozenset[Level]) -> frozenset[Outcome]:
    """The answers that are possible as things stand.

    History ends as its parts were reviewed; a higher level is given only where it can be opened. Nothing is given to
    somebody whose identity was not checked. An opt-out has acted already and cannot be refused; a question is answered,
    if only with when to talk about it.
    """
    if request.kind is Kind.OPT_OUT:
        return frozenset({Outcome.GRANTED})
    if request.proof is None:
        return frozenset({Outcome.REFUSED})
    if request.kind is Kind.QUESTION:
        return frozenset({Outcome.GRANTED})
    if request.kind is Kind.HISTORY:
        return frozenset({outcome_of_history(request, born)})
    if request.kind is Kind.OPT_IN:
        return frozenset({Outcome.GRANTED, Outcome.REFUSED})
    if request.kind is Kind.LEVEL:
        given = {Outcome.GRANTED: request.wish.level in openable, Outcome.PARTLY: bool(less(request, openable))}
        return frozenset({Outcome.REFUSED, *(outcome for outcome, holds in given.items() if holds)})
    return frozenset(Outcome)


def less(request: Request, openable: frozenset[Level]) -> frozenset[Level]:
    """The levels that give a part of what was asked for."""
    return frozenset(level for level in openable if request.wish.level is not None and level < request.wish.level)


_OF_LAW = frozenset({Ground.IDENTITY, Ground.NOT_HELD, Ground.UNFOUNDED})
_OF_ACCESS = frozenset({Ground.IDENTITY, Ground.EXEMPT, Ground.NOT_ELIGIBLE})
_GROUNDS: Mapping[Kind, frozenset[Ground]] = {
    Kind.HISTORY: _OF_ACCESS | {Ground.NOT_HELD},
    Kind.LEVEL: _OF_ACCESS,
    Kind.CORRECTION: _OF_LAW | {Ground.NOT_CHANGED},
    Kind.QUESTION: frozenset({Ground.IDENTITY}),
    Kind.OPT_OUT: frozenset(),
    Kind.OPT_IN: _OF_ACCESS,
    Kind.PROXY: _OF_ACCESS,
    Kind.SUBJECT_ACCESS: _OF_LAW | {Ground.EXEMPT},
}


def grounds(kind: Kind) -> frozenset[Ground]:
    """On what grounds such a request can be refused: access by its rules, rights of data protection law by that law."""
    return _GROUNDS[kind]


def corrections(request: Request, outcome: Outcome) -> frozenset[Correction]:
    """What may have become of a reported entry with this answer; where it was refused, nothing needs to."""
    if request.kind is not Kind.CORRECTION:
        return frozenset()
    match outcome:
        case Outcome.GRANTED:
            return frozenset({Correction.CORRECTED})
        case Outcome.PARTLY:
            return frozenset(Correction)
        case Outcome.REFUSED:
            return frozenset({Correction.NOTE_ADDED, Correction.PASSED_ON})


def _says_what(request: Request, event: events.Decided, openable: frozenset[Level]) -> bool:
    """The level that is opened, and what became of an entry; nothing of the sort with other requests."""
    levels: frozenset[Level | None] = frozenset({None})
    if request.kind is Kind.LEVEL and event.outcome is Outcome.GRANTED:
        levels = frozenset({request.wish.level})
    elif request.kind is Kind.LEVEL and event.outcome is Outcome.PARTLY:
        levels = frozenset(less(request, openable))
    became = corrections(request, event.outcome)
    may_be_nothing = not became or event.outcome is Outcome.REFUSED
    said = event.correction in became or (event.correction is None and may_be_nothing)
    return event.level in levels and said


def _is_whole(request: Request, event: events.Decided) -> bool:
    """A letter always; a ground where anything was refused, and only there; of a part it may be left out."""
    if event.ground is not None and event.ground not in grounds(request.kind):
        return False
    match event.outcome:
        case Outcome.GRANTED:
            grounded = event.ground is None
        case Outcome.REFUSED:
            grounded = event.ground is not None
        case Outcome.PARTLY:
            grounded = True
    return grounded and bool(event.letter.strip())
