"""Writes of requests: one event at a time, each in one transaction with what it brings about and its audit row."""

from datetime import date, datetime

from django.db import transaction
from msgspec import structs

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.access.rules.choices import act_of
from openrecord.access.types import Method, ViewerId
from openrecord.access.types import Wish as Wanted
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.caseload import events, queries
from openrecord.caseload.models import EventRow, OpenRow
from openrecord.caseload.rules import asking, levels
from openrecord.caseload.rules.clock import clocks, due
from openrecord.caseload.rules.fold import begun, follow
from openrecord.caseload.rules.steps import allows
from openrecord.caseload.types import Kind, Outcome, Request, RequestId, Wish
from openrecord.clinical.kinds import Level
from openrecord.db import bus, erasing
from openrecord.kit.ids import random_id, time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, PatientId


class UnknownRequest(LookupError):
    """The patient has no such request."""


class Outdated(Exception):
    """Somebody else did something with the request since it was looked at; nothing was changed."""


class NotNow(ValueError):
    """The request does not allow this as it stands."""


class AskedAlready(Exception):
    """This person has an open request of the kind, or too many. `request_id`: that request, None for too many."""

    def __init__(self, request_id: RequestId | None) -> None:
        super().__init__("asked already")
        self.request_id = request_id


@transaction.atomic
def make(
    *,
    patient_id: PatientId,
    ods: OdsCode,
    kind: Kind,
    asker: ViewerId,
    wish: Wish,
    received: date | None = None,
    by: Actor,
    at: datetime,
) -> RequestId:
    """A new request of a viewer to a practice; what an opt-out asks is done at once (R6).

    `received`: as in events.Made. Raises AskedAlready.
    """
    access.lock_patient(patient_id)
    known = queries.requests(patient_id)
    same = asking.same_open(known, kind, ods, asker, wish)
    if same is not None or (kind is not Kind.OPT_OUT and asking.has_too_many(known, asker)):
        raise AskedAlready(None if same is None else same.request_id)
    request_id = RequestId(random_id())
    event = events.Made(kind, ods, asker, wish, received)
    _write(patient_id, begun(request_id, event, at), event, by=by, at=at)
    return request_id


@transaction.atomic
def act(
    *, patient_id: PatientId, request_id: RequestId, event: events.AnyEvent, seen: int, by: Actor, at: datetime
) -> Request:
    """Let one event follow; the request as it stands after it.

    `seen`: the sequence number of the request that whoever acts was looking at. Nothing happens where the same person
    has just done the same: a form that was sent twice. Raises UnknownRequest, Outdated, NotNow.
    """
    access.lock_patient(patient_id)
    request = queries.request(patient_id, request_id)
    if request is None:
        raise UnknownRequest
    if request.sequence != seen:
        if _is_done(patient_id, request, event, seen, by):
            return request
        raise Outdated
    born, openable = registry.patient(patient_id).born, queries.openable(patient_id, request, at=at)
    if not allows(request, event, at, born=born, openable=openable) or _comes_too_late(patient_id, request, event, at):
        raise NotNow
    request = follow(request, event, at)
    _write(patient_id, request, event, by=by, at=at)
    if asking.concerns_asker(event):
        bus.publish(events.Answered(patient_id, request.asker, at))
    return request


def _comes_too_late(patient_id: PatientId, request: Request, event: events.AnyEvent, at: datetime) -> bool:
    """Whether the answer would reach nobody, or the patient has left, so that nothing is opened to them here.

    Whoever lives after all may take back what they asked, and what was opened is closed whoever still looks.
    """
    if isinstance(event, events.ChunkGranted):
        here = registry.registered(patient_id, on=day_of(at))
        if all(stay.ods != request.ods for stay in here):
            return True
    return not isinstance(event, events.Withdrawn | events.ChunkClosed) and registry.is_nobody(patient_id)


def _is_done(patient_id: PatientId, request: Request, event: events.AnyEvent, seen: int, by: Actor) -> bool:
    """Whether the one thing that happened since `seen` is this very event."""
    last = queries.history(patient_id, request.request_id)[-1]
    if isinstance(event, events.ChunkGranted) and isinstance(last.event, events.ChunkGranted):
        event = structs.replace(event, chunk=last.event.chunk)
    return request.sequence == seen + 1 and last.actor == by.id and last.event == event


def _write(patient_id: PatientId, request: Request, event: events.AnyEvent, *, by: Actor, at: datetime) -> None:
    EventRow.objects.create(
        patient_id=patient_id,
        id=time_ordered_bytes(),
        request=request.request_id.bytes,
        sequence=request.sequence,
        at=to_micros(at),
        actor=by.id,
        event=events.encode(event),
    )
    _list(patient_id, request, at)
    audit.record_change(
        by=by,
        at=at,
        event=f"request_{events.tag(event)}",
        patient_id=patient_id,
        subject=str(request.request_id),
        details={"kind": request.kind.value},
    )
    for brought in _brings_about(patient_id, request, event, at):
        access.record(patient_id=patient_id, act=brought, by=by, at=at)


def take_back_opt_outs(patient_id: PatientId, *, by: Actor, at: datetime) -> None:
    """The patient wants online access again: nobody is to note that they want none, or to write that it is closed."""
    for request in queries.requests(patient_id):
        if request.is_open and request.kind is Kind.OPT_OUT:
            event = events.Withdrawn()
            _write(patient_id, follow(request, event, at), event, by=by, at=at)


def list_again(patient_id: PatientId, *, at: datetime) -> None:
    """Bring the practices' lists in line with the patient's open requests, which leave them where nobody is left."""
    for request in queries.requests(patient_id):
        if request.is_open:
            _list(patient_id, request, at)


def _list(patient_id: PatientId, request: Request, at: datetime) -> None:
    """Bring the practice's list in line with the request. Nothing waits for an answer to nobody."""
    row = OpenRow.objects.filter(ods=request.ods, request=request.request_id.bytes)
    if not request.is_open or registry.is_nobody(patient_id):
        row.delete()
        return
    shown = {
        "state": request.state.value,
        "due": queries.STOPPED if request.is_paused else due(request, clocks()[request.kind], at),
        "assignee": None if request.assignee is None else request.assignee.bytes,
    }
    if not row.update(**shown):
        OpenRow.objects.create(
            ods=request.ods,
            request=request.request_id.bytes,
            patient_id=patient_id,
            kind=request.kind.value,
            **shown,
        )


def _brings_about(
    patient_id: PatientId, request: Request, event: events.AnyEvent, at: datetime
) -> tuple[access_events.AnyAct, ...]:
    """What an event changes of the patient's access; the decision code does the rest."""
    match event:
        case events.ChunkGranted(part=part):
            sections = None if part.sections is None else tuple(sorted(part.sections))
            opened = access_events.HistoryGranted(
                chunk=event.chunk,
                org=request.ods,
                level=int(event.level),
                named=(request.asker,),
                first=part.first,
                last=part.last,
                sections=sections,
            )
            return (opened,)
        case events.ChunkClosed(chunk=chunk):
            return (access_events.HistoryWithdrawn(chunk=chunk),)
        case events.Made(kind=Kind.OPT_OUT):
            return (_decline(at),)
        case events.Decided(outcome=Outcome.GRANTED) if request.kind is Kind.OPT_IN:
            return levels.again(access_queries.facts(patient_id, at=at), at)
        case events.Decided(level=level) if level is not None:
            return levels.acts(access_queries.facts(patient_id, at=at), request.ods, level)
    return ()


def _decline(at: datetime) -> access_events.AnyAct:
    return act_of(Wanted.DECLINE, method=Method.ONLINE, at=at, code=random_id(), level=Level.NONE)


def erase(patient_id: PatientId) -> None:
    """No request of a patient is left, and none of its words."""
    erasing.erase(("caseload_event", "caseload_open"), patient_id)
