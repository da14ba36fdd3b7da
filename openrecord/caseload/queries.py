"""Questions about requests: one patient's, folded from their events, and the practice's list of those open."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from openrecord.access import queries as access
from openrecord.access.types import ViewerId
from openrecord.caseload import events
from openrecord.caseload.models import OpenRow
from openrecord.caseload.rules import levels
from openrecord.caseload.rules.asking import concerns_asker
from openrecord.caseload.rules.clock import clocks, urgency
from openrecord.caseload.rules.fold import fold
from openrecord.caseload.types import Kind, OpenRequest, Request, RequestId, State, Urgency, Workload
from openrecord.clinical.kinds import Level
from openrecord.db import sql
from openrecord.kit.instants import from_micros
from openrecord.registry.types import OdsCode, PatientId

STOPPED = date.max
"""The due day of a request whose clock is stopped, so that it stands last in the list."""

_OF_ONE = "SELECT request, at, actor, event FROM caseload_event WHERE patient_id=%s AND request=%s ORDER BY sequence"
_OF_ALL = "SELECT request, at, actor, event FROM caseload_event WHERE patient_id=%s ORDER BY request, sequence"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, when it was and who did it (an actor's id)."""

    at: datetime
    actor: str
    event: events.AnyEvent


@dataclass(frozen=True, slots=True)
class Only:
    """Which of the open requests are wanted; None = all. `unassigned`: those that nobody deals with."""

    kind: Kind | None = None
    state: State | None = None
    assignee: UUID | None = None
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ended: the next begins behind it."""

    due: date
    request_id: RequestId


def history(patient_id: PatientId, request_id: RequestId) -> tuple[Happened, ...]:
    """Everything that happened to a request, oldest first; empty where the patient has no such request."""
    rows = sql.rows(_OF_ONE, [patient_id, request_id.bytes])
    return tuple(Happened(from_micros(at), actor, events.decode(event)) for _, at, actor, event in rows)


def request(patient_id: PatientId, request_id: RequestId) -> Request | None:
    """The request as it stands, None where the patient has no such request."""
    happened = history(patient_id, request_id)
    return fold(request_id, ((one.at, one.event) for one in happened)) if happened else None


def answered_since(patient_id: PatientId, asker: ViewerId, since: datetime) -> bool:
    """Whether the practice did something since then that this asker should hear of."""
    mine = [one.request_id for one in requests(patient_id) if one.asker == asker]
    happened = (one for request_id in mine for one in history(patient_id, request_id))
    return any(one.at >= since and concerns_asker(one.event) for one in happened)


def openable(patient_id: PatientId, request: Request, *, at: datetime) -> frozenset[Level]:
    """The levels that the practice can open to whoever asked for a higher one; none for other requests."""
    if request.kind is not Kind.LEVEL:
        return frozenset()
    return levels.openable(access.facts(patient_id, at=at), request.asker, request.ods, at)


def opens_again(patient_id: PatientId, request: Request, *, at: datetime) -> bool:
    """Whether anything would be open by it to whoever asked for access again."""
    return levels.opens_again(access.facts(patient_id, at=at), request.asker, request.ods, at)


def requests(patient_id: PatientId) -> tuple[Request, ...]:
    """All requests about the patient's record, newest first."""
    found: dict[bytes, list[tuple[datetime, events.AnyEvent]]] = {}
    for identity, at, _actor, event in sql.rows(_OF_ALL, [patient_id]):
        found.setdefault(bytes(identity), []).append((from_micros(at), events.decode(event)))
    every = (fold(RequestId(UUID(bytes=identity)), happened) for identity, happened in found.items())
    return tuple(sorted(every, key=lambda one: (one.made, one.request_id), reverse=True))


def open_requests(
    ods: OdsCode, *, only: Only = Only(), after: Place | None = None, limit: int
) -> tuple[OpenRequest, ...]:
    """The practice's open requests, those due first in front, stopped clocks behind. One indexed query."""
    found = OpenRow.objects.filter(ods=ods, **_conditions(only))
    if after is not None:
        behind = Q(due=after.due, request__gt=after.request_id.bytes)
        found = found.filter(Q(due__gt=after.due) | behind)
    rows = found.order_by("due", "request").values_list("request", "patient_id", "kind", "state", "due", "assignee")
    return tuple(_line(row) for row in rows[:limit])


def workload(ods: OdsCode, *, at: datetime) -> Workload:
    """How much waits at a practice, and how pressing it is."""
    found: Counter[Urgency] = Counter()
    days = OpenRow.objects.filter(ods=ods).values_list("kind", "due").annotate(number=Count("*")).order_by()
    for kind, end, number in days:
        found[urgency(_due(end), clocks()[Kind(kind)], at)] += number
    return Workload(found.total(), found[Urgency.OVERDUE], found[Urgency.SOON])


def _due(day: date) -> date | None:
    return None if day == STOPPED else day


def _conditions(only: Only) -> dict[str, object]:
    found: dict[str, object] = {}
    if only.kind is not None:
        found["kind"] = only.kind.value
    if only.state is not None:
        found["state"] = only.state.value
    if only.assignee is not None:
        found["assignee"] = only.assignee.bytes
    if only.unassigned:
        found["assignee__isnull"] = True
    return found


def _line(row: sql.Row) -> OpenRequest:
    request_id, patient_id, kind, state, due, assignee = row
    return OpenRequest(
        RequestId(UUID(bytes=bytes(request_id))),
        PatientId(patient_id),
        Kind(kind),
        State(state),
        _due(due),
        None if assignee is None else UUID(bytes=bytes(assignee)),
    )
