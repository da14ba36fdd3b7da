"""Questions about requests: one patient's, folded from their events, and the practice's list of those open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from openrecord.caseload import events
from openrecord.caseload.rules.fold import fold
from openrecord.caseload.types import Kind, OpenRequest, Request, RequestId, State
from openrecord.db import sql
from openrecord.kit.instants import from_micros
from openrecord.registry.types import OdsCode, PatientId

STOPPED = date.max
"""The due day of a request whose clock is stopped, so that it stands last in the list."""

_OF_ONE = "SELECT request, at, actor, event FROM caseload_event WHERE patient_id=%s AND request=%s ORDER BY sequence"
_OF_ALL = "SELECT request, at, actor, event FROM caseload_event WHERE patient_id=%s ORDER BY request, sequence"
_OPEN = "SELECT request, patient_id, kind, state, due, assignee FROM caseload_open WHERE ods=%s"


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
    """The practice's open requests, those due first in front, stopped clocks behind."""
    statement = _OPEN
    parameters: list[object] = [ods]
    for condition, values in _conditions(only, after):
        statement += f" AND {condition}"
        parameters += values
    rows = sql.rows(f"{statement} ORDER BY due, request LIMIT %s", [*parameters, limit])
    return tuple(_line(row) for row in rows)


def _conditions(only: Only, after: Place | None) -> list[tuple[str, Sequence[object]]]:
    found: list[tuple[str, Sequence[object]]] = []
    if only.kind is not None:
        found.append(("kind=%s", [only.kind.value]))
    if only.state is not None:
        found.append(("state=%s", [only.state.value]))
    if only.assignee is not None:
        found.append(("assignee=%s", [only.assignee.bytes]))
    if only.unassigned:
        found.append(("assignee IS NULL", []))
    if after is not None:
        found.append(("(due > %s OR (due = %s AND request > %s))", [after.due, after.due, after.request_id.bytes]))
    return found


def _line(row: sql.Row) -> OpenRequest:
    request_id, patient_id, kind, state, due, assignee = row
    return OpenRequest(
        RequestId(UUID(bytes=bytes(request_id))),
        PatientId(patient_id),
        Kind(kind),
        State(state),
        None if due == STOPPED else due,
        None if assignee is None else UUID(bytes=bytes(assignee)),
    )
