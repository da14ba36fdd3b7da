"""A request in the words of whoever made it: how far it is, when the answer is due, what was opened, what to do next.

Nothing here says what was withheld, who at the surgery works on it, or under which exemption something stays closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from openrecord.caseload import events
from openrecord.caseload.queries import Happened
from openrecord.caseload.rules.clock import clocks, due, is_overdue
from openrecord.caseload.rules.progress import progress
from openrecord.caseload.types import Correction, Decision, Ground, Kind, Part, Request, State, Wait
from openrecord.portal.presenters.asking import ASKING
from openrecord.web.parts import LEVELS, part_in_words
from openrecord.web.records.values import Fact
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop
from openrecord.web.words import day_in_words

STATES: Mapping[State, str] = {
    State.RECEIVED: gettext_noop("Received"),
    State.IN_REVIEW: gettext_noop("Your surgery is working on it"),
    State.WAITING: gettext_noop("Waiting for you"),
    State.GRANTED: gettext_noop("Agreed"),
    State.PARTLY_GRANTED: gettext_noop("Partly agreed"),
    State.REFUSED: gettext_noop("Not agreed"),
    State.WITHDRAWN: gettext_noop("Withdrawn"),
}
_OF_A_QUESTION = {
    State.GRANTED: gettext_noop("Answered"),
    State.REFUSED: gettext_noop("Not answered"),
}
GROUNDS: Mapping[Ground, str] = {
    Ground.EXEMPT: gettext_noop("Data protection law lets a surgery keep some information back."),
    Ground.IDENTITY: gettext_noop("Your surgery could not make sure who asked."),
    Ground.NOT_HELD: gettext_noop("Your surgery does not hold this information."),
    Ground.NOT_CHANGED: gettext_noop("Your surgery looked at the entry and did not change it."),
    Ground.NOT_ELIGIBLE: gettext_noop("The rules for online access do not allow it."),
    Ground.UNFOUNDED: gettext_noop("The law lets a surgery say no to a request that has no basis or is too large."),
}
CORRECTIONS: Mapping[Correction, str] = {
    Correction.CORRECTED: gettext_noop("The entry was put right. You see it here once your surgery's system sends it."),
    Correction.NOTE_ADDED: gettext_noop("The entry stays, with a note that you do not agree."),
    Correction.PASSED_ON: gettext_noop("Somebody else wrote the entry. Your surgery asked them to put it right."),
}
WAITS: Mapping[Wait, str] = {
    Wait.IDENTITY: gettext_noop("Your surgery needs to make sure who you are. Show them proof of who you are."),
    Wait.CLARIFICATION: gettext_noop("Your surgery needs to know more. Contact them and tell them."),
}


_PLAIN: Mapping[type, str] = {
    events.IdentityChecked: gettext_noop("Your surgery made sure who you are"),
    events.ClockResumed: gettext_noop("Your surgery has what it needed"),
    events.Extended: gettext_noop("Your surgery said that it needs longer"),
    events.ChunkRefused: gettext_noop("A part was looked at"),
    events.ChunkClosed: gettext_noop("A part was closed again"),
    events.Decided: gettext_noop("Your surgery answered"),
    events.Withdrawn: gettext_noop("It was withdrawn"),
}
"""What is told of an event that says no more; who works on it is the surgery's own matter."""

RIGHTS = frozenset({Kind.SUBJECT_ACCESS, Kind.CORRECTION})
"""Rights of data protection law: who refuses one names the courts, too (UK GDPR article 12(4))."""
OPENS = frozenset({Kind.HISTORY, Kind.LEVEL, Kind.OPT_IN, Kind.PROXY})
"""What a surgery grants to its own patients alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a list."""

    href: str
    title: str
    state: str
    aside: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How far a history request was reviewed. `opened`: the parts that can be seen now."""

    percent: int
    opened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision. `paragraphs`: the letter, in the surgery's own words; `result`: what changed, in ours."""

    outcome: str
    ground: str
    result: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a request's own page says."""

    title: str
    state: str
    sentences: tuple[str, ...]
    facts: tuple[Fact, ...]
    reviewed: Reviewed | None
    answer: Answer | None
    steps: tuple[tuple[str, str], ...]
    may_complain: bool
    may_go_to_court: bool


def _state(request: Request) -> str:
    """How far it is: a question is answered, not agreed to."""
    own = _OF_A_QUESTION if request.kind is Kind.QUESTION else {}
    return _(own.get(request.state, STATES[request.state]))


def line(request: Request) -> Line:
    """The request in a list."""
    asked = _("Asked on %(day)s") % {"day": day_in_words(request.begins)}
    return Line(f"/requests/{request.request_id}", _(ASKING[request.kind].title), _state(request), asked)


def shown(
    request: Request, happened: Iterable[Happened], *, own: bool, born: date | None, elsewhere: str, at: datetime
) -> Shown:
    """The request's own page. `own`: whoever looks made it; `born`: when its record can begin; `elsewhere`: the surgery
    that was asked where the patient is not registered there now, else empty.
    """
    return Shown(
        _(ASKING[request.kind].title),
        _state(request),
        (*_gone_from(request, elsewhere), *_sentences(request, at)),
        _facts(request),
        _reviewed(request, born, elsewhere),
        _answer(request),
        tuple(_steps(happened, own=own)),
        request.decision is not None or is_overdue(request, clocks()[request.kind], at),
        request.kind in RIGHTS,
    )


def _gone_from(request: Request, elsewhere: str) -> Iterable[str]:
    """What is said to who has left the surgery that they asked."""
    if elsewhere:
        yield _("You asked %(surgery)s. You are not with them any more.") % {"surgery": elsewhere}
    if elsewhere and request.is_open and request.kind in OPENS:
        yield _("They can open nothing to you now. Ask the surgery that you have now.")


def _sentences(request: Request, at: datetime) -> Iterable[str]:
    """What happens now."""
    if not request.is_open:
        return
    if request.is_paused:
        yield _(WAITS[request.pauses[-1].wait])
        yield _("Until then the time to answer does not run.")
        return
    clock = clocks()[request.kind]
    day = {"day": day_in_words(due(request, clock, at))}
    if is_overdue(request, clock, at):
        yield _("Your surgery should have answered by %(day)s. Contact them, or complain.") % day
    else:
        yield _("Your surgery should answer by %(day)s.") % day
    if request.kind is Kind.OPT_OUT:
        yield _("Your online view is closed already. Your surgery still has to note it in its own system.")
    if request.extension is not None:
        yield _("They need longer because: %(reason)s") % {"reason": request.extension}


def _facts(request: Request) -> tuple[Fact, ...]:
    wish = request.wish
    found = [Fact(_("Asked on"), day_in_words(request.begins))]
    if request.kind is Kind.HISTORY:
        found.append(Fact(_("What you asked for"), part_in_words(wish.part.first, wish.part.last, wish.part.sections)))
    if wish.level is not None:
        found.append(Fact(_("How much"), _(LEVELS[wish.level])))
    if wish.about:
        found.append(Fact(_("About"), wish.about))
    if wish.words:
        found.append(Fact(_("Your words"), wish.words))
    return tuple(found)


def _reviewed(request: Request, born: date | None, elsewhere: str) -> Reviewed | None:
    """Who has left sees nothing any more of what was opened to them there."""
    if request.kind is not Kind.HISTORY:
        return None
    opened = () if elsewhere else tuple(_part(review.part) for review in request.reviews if review.granted)
    return Reviewed(progress(request, born).percent, opened)


def _part(part: Part) -> str:
    return part_in_words(part.first, part.last, part.sections)


def _answer(request: Request) -> Answer | None:
    decision = request.decision
    if decision is None:
        return None
    ground = "" if decision.ground is None else _(GROUNDS[decision.ground])
    paragraphs = tuple(text.strip() for text in decision.letter.split("\n\n") if text.strip())
    return Answer(_state(request), ground, _result(decision), paragraphs)


def _result(decision: Decision) -> str:
    if decision.level is not None:
        return _("You can now see: %(level)s") % {"level": _(LEVELS[decision.level])}
    return "" if decision.correction is None else _(CORRECTIONS[decision.correction])


def _steps(happened: Iterable[Happened], *, own: bool) -> Iterable[tuple[str, str]]:
    """What happened and when, newest first; who works on it is the surgery's own matter."""
    for one in reversed(tuple(happened)):
        words = _step(one.event, own=own)
        if words:
            yield day_in_words(one.at), words


def _asked(event: events.Made, *, own: bool) -> str:
    if event.received is not None:
        return _("Your surgery noted that you asked")
    return _("You asked") if own else _("Somebody who acts for you asked")


def _step(event: events.AnyEvent, *, own: bool) -> str:
    match event:
        case events.Made():
            return _asked(event, own=own)
        case events.ClockPaused(wait=wait):
            return _(WAITS[wait])
        case events.ChunkGranted(part=part):
            return _("Opened: %(part)s") % {"part": _part(part)}
    return _(_PLAIN[type(event)]) if type(event) in _PLAIN else ""
