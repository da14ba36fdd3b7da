"""From events to a request: its state is its events, folded in the order they happened."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from openrecord.access.types import ViewerId
from openrecord.caseload import events
from openrecord.caseload.types import Decision, Pause, Request, RequestId, Review, Wait
from openrecord.registry.types import OdsCode


def _identity_checked(request: Request, event: events.IdentityChecked, at: datetime) -> Request:
    """A clock that waited for this runs again."""
    waited = request.is_paused and request.pauses[-1].wait is Wait.IDENTITY
    known = replace(request, proof=event.proof)
    return _resumed(known, events.ClockResumed(), at) if waited else known


def _assigned(request: Request, event: events.Assigned, _at: datetime) -> Request:
    return replace(request, assignee=event.to)


def _paused(request: Request, event: events.ClockPaused, at: datetime) -> Request:
    return replace(request, pauses=(*request.pauses, Pause(at, event.wait)))


def _resumed(request: Request, _event: events.ClockResumed, at: datetime) -> Request:
    return replace(request, pauses=(*request.pauses[:-1], replace(request.pauses[-1], until=at)))


def _extended(request: Request, event: events.Extended, _at: datetime) -> Request:
    return replace(request, extension=event.reason)


def _granted(request: Request, event: events.ChunkGranted, _at: datetime) -> Request:
    return replace(request, reviews=(*request.reviews, Review(event.part, granted=True, chunk=event.chunk)))


def _refused(request: Request, event: events.ChunkRefused, _at: datetime) -> Request:
    return replace(request, reviews=(*request.reviews, Review(event.part, granted=False)))


def _closed(request: Request, event: events.ChunkClosed, _at: datetime) -> Request:
    reviews = (replace(one, granted=False) if one.chunk == event.chunk else one for one in request.reviews)
    return replace(request, reviews=tuple(reviews))


def _decided(request: Request, event: events.Decided, at: datetime) -> Request:
    return replace(
        request, decision=Decision(at, event.outcome, event.ground, event.letter, event.level, event.correction)
    )


def _withdrawn(request: Request, _event: events.Withdrawn, at: datetime) -> Request:
    return replace(request, withdrawn=at)


_STEPS: dict[type, Callable[[Request, Any, datetime], Request]] = {
    events.IdentityChecked: _identity_checked,
    events.Assigned: _assigned,
    events.ClockPaused: _paused,
    events.ClockResumed: _resumed,
    events.Extended: _extended,
    events.ChunkGranted: _granted,
    events.ChunkRefused: _refused,
    events.ChunkClosed: _closed,
    events.Decided: _decided,
    events.Withdrawn: _withdrawn,
}


class NotMade(ValueError):
    """The first event of a request does not make one."""


def begun(request_id: RequestId, event: events.Made, at: datetime) -> Request:
    """A request that was just made."""
    return Request(
        request_id, event.kind, OdsCode(event.ods), ViewerId(event.asker), at, event.wish, 1, received=event.received
    )


def follow(request: Request, event: events.AnyEvent, at: datetime) -> Request:
    """The request after one more event, which `rules.steps` has allowed."""
    return replace(_STEPS[type(event)](request, event, at), sequence=request.sequence + 1)


def fold(request_id: RequestId, happened: Iterable[tuple[datetime, events.AnyEvent]]) -> Request:
    """The request that these events make, oldest first. Raises NotMade."""
    (at, first), *later = happened
    if not isinstance(first, events.Made):
        raise NotMade
    request = begun(request_id, first, at)
    for at, event in later:
        request = follow(request, event, at)
    return request
