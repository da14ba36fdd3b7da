"""Codes 103, 104 and 106: when they are read and what they do (R38-R40; decision-cases QUESTIONS 1-3).

A code on the record is not an access setting. 104 and 106 are read once per grant and organisation, when the grant
opens. Afterwards a 104 only asks people; a 106 only opens what a 104 had blocked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from openrecord.access.types import AccessFacts, CodeFact, EnhancedReviewDecision, ReviewCode
from openrecord.kit.london import midnight

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1, 1, 1)


class GrantState(Enum):
    """What 104 and 106 have made of one grant at one organisation."""

    NOT_OPENED = "not opened"
    OPEN = "open"
    BLOCKED = "blocked"
    REMOVED = "removed"


_STRICTNESS = (GrantState.OPEN, GrantState.NOT_OPENED, GrantState.REMOVED, GrantState.BLOCKED)


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A grant's state, and what is due in front of staff because of it."""

    grant: GrantState
    asks_104: bool = False
    asks_106: bool = False


def is_declined(facts: AccessFacts) -> bool:
    """Whether a 103 was recorded later than every reversal, whatever its effective date (R39).

    A reversal on our own pages counts for declines on our own pages only. Of merged records one is enough.
    """
    if any(code.code is ReviewCode.DECLINED and not _is_reversed(facts, code) for code in facts.codes):
        return True
    return any(is_declined(other) for other in facts.beside)


def _is_reversed(facts: AccessFacts, decline: CodeFact) -> bool:
    reversals = (*facts.undeclined, *facts.online.undeclined) if decline.online else facts.undeclined
    return (decline.recorded or decline.known) <= max(reversals, default=_LONG_AGO)


def _acts_from(code: CodeFact) -> datetime:
    """The instant from which a 104 or 106 is read: arrived, and its effective day begun."""
    return code.known if code.effective is None else max(code.known, midnight(code.effective))


def _rank(code: CodeFact) -> tuple[date, datetime, bool]:
    """Order of several codes: effective day, then recorded time; equal or missing, 104 stands."""
    return (
        code.effective or _FIRST_DAY,
        code.recorded or _LONG_AGO,
        code.code is ReviewCode.ENHANCED_REVIEW,
    )


def winner(codes: Iterable[CodeFact], at: datetime) -> CodeFact | None:
    """The 104 or 106 that stands at this instant."""
    read = [c for c in codes if c.code is not ReviewCode.DECLINED and _acts_from(c) <= at]
    if not read:
        return None
    newest_day = max(_rank(c)[0] for c in read)
    contenders = [c for c in read if _rank(c)[0] == newest_day]
    if any(c.recorded is None for c in contenders):
        contenders = [c for c in contenders if c.code is ReviewCode.ENHANCED_REVIEW] or contenders
    return max(contenders, key=_rank)


def _applies_104(codes: tuple[CodeFact, ...], at: datetime) -> bool:
    standing = winner(codes, at)
    return standing is not None and standing.code is ReviewCode.ENHANCED_REVIEW


def review_state(facts: AccessFacts, opened: datetime | None, at: datetime) -> ReviewState:
    """What 104, 106 and people's decisions have made by `at` of a grant that opened at `opened`.

    Of merged records the stricter, and what is due in any of them.
    """
    states = [_review_state(facts, opened, at), *(review_state(other, opened, at) for other in facts.beside)]
    grant = max((state.grant for state in states), key=_STRICTNESS.index)
    return ReviewState(grant, any(s.asks_104 for s in states), any(s.asks_106 for s in states))


def _review_state(facts: AccessFacts, opened: datetime | None, at: datetime) -> ReviewState:
    if opened is None or opened > at:
        return ReviewState(GrantState.NOT_OPENED)
    state = ReviewState(GrantState.BLOCKED if _applies_104(facts.codes, opened) else GrantState.OPEN)
    happenings: list[tuple[datetime, int, CodeFact | EnhancedReviewDecision]] = [
        (_acts_from(c), 0, c) for c in facts.codes if c.code is not ReviewCode.DECLINED and opened < _acts_from(c) <= at
    ]
    happenings += [(d.at, 1, d) for d in facts.review_decisions if opened <= d.at <= at]
    for instant, _, happening in sorted(happenings, key=lambda item: item[:2]):
        if isinstance(happening, EnhancedReviewDecision):
            state = _decided(state, happening)
        else:
            state = _code_arrived(state, happening, facts.codes, instant)
    return state


def _decided(state: ReviewState, decision: EnhancedReviewDecision) -> ReviewState:
    if not decision.keep:
        return ReviewState(GrantState.REMOVED if state.grant is GrantState.OPEN else state.grant)
    if state.grant is GrantState.REMOVED:
        return ReviewState(GrantState.OPEN)
    return ReviewState(state.grant)


def _code_arrived(state: ReviewState, arrived: CodeFact, codes: tuple[CodeFact, ...], instant: datetime) -> ReviewState:
    """What a code does as it takes effect, unless the other kind beats it: each 104 is asked about anew (R38)."""
    others = [code for code in codes if code.code is not arrived.code]
    if winner([arrived, *others], instant) != arrived:
        return state
    if arrived.code is ReviewCode.ENHANCED_REVIEW:
        if state.grant is GrantState.OPEN:
            return ReviewState(GrantState.OPEN, asks_104=True)
        return ReviewState(state.grant)
    if state.grant is GrantState.BLOCKED:
        return ReviewState(GrantState.OPEN)
    if state.grant is GrantState.REMOVED:
        return ReviewState(GrantState.REMOVED, asks_106=True)
    return state
