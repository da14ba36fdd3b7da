"""What people decide about an entry: each act recorded, settled and audited in one transaction."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from openrecord.access import actions as access_actions
from openrecord.audit import actions as audit
from openrecord.audit.types import Actor
from openrecord.db import sql
from openrecord.ingest import queries as ingest
from openrecord.kit.ids import spelt, time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.registry import queries as registry
from openrecord.registry.types import PatientId
from openrecord.screening import events, queries
from openrecord.screening.actions.settle import NOTHING_NEW, Arrivals, settle
from openrecord.screening.events import Cause
from openrecord.screening.types import EntryId, HideReason


class UnknownEntry(LookupError):
    """The patient has no such entry."""


class Overtaken(RuntimeError):
    """Somebody else decided about the entry, or it changed, since it was seen; nothing was done."""


class NothingToUndo(LookupError):
    """No act on the entry is left that could be taken back."""


class ResponsibleClinicianMissing(ValueError):
    """Hiding for serious harm must name the responsible clinician (R32)."""


@transaction.atomic
def _record(
    patient_id: PatientId,
    entry_id: EntryId,
    act: events.AnyAct,
    cause: Cause,
    *,
    seen: str | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """`seen`: the stamp of what the decision rests on (`queries.stamp`). Raises UnknownEntry, Overtaken.

    Nothing happens where the same person has just done the same: a form that was sent twice.
    """
    access_actions.lock_patient(patient_id)
    if seen is not None and queries.stamp(patient_id, entry_id) != seen:
        if queries.act_after(patient_id, entry_id, seen, by.id) == act:
            return
        raise Overtaken
    touched = sql.execute(
        "UPDATE screening_entry SET acted=%s WHERE patient_id=%s AND id=%s", [True, patient_id, entry_id]
    )
    if not touched:
        raise UnknownEntry
    number = queries.newest_act(patient_id, entry_id) + 1
    told = events.Decided(about(patient_id, entry_id), events.encode(act), number, at, by.id)
    _write(patient_id, entry_id, told)
    audit.record_change(
        by=by,
        at=at,
        event=str(type(act).__struct_config__.tag),
        patient_id=patient_id,
        subject=spelt(entry_id),
        act=events.repeatable(told),
    )
    settle(patient_id, at=at, cause=cause, only=[entry_id], revised=[entry_id])


def about(patient_id: PatientId, entry_id: EntryId) -> events.About:
    """The entry as the journal names it."""
    came_to = queries.came_to(patient_id, entry_id)
    return events.About(registry.patient(came_to), entry_id, ingest.source_keys(came_to, entry_id))


def _write(patient_id: PatientId, entry_id: EntryId, told: events.Decided) -> None:
    row = (patient_id, time_ordered_bytes(), entry_id, told.sequence, to_micros(told.at), told.actor, told.act)
    sql.insert("screening_act", ("patient_id", "id", "entry", "sequence", "at", "actor", "act"), [row])


@transaction.atomic
def repeat(
    *, patient_id: PatientId, entry_id: EntryId, told: events.Decided, by: Actor, at: datetime, repeats: bytes
) -> None:
    """Put back an act that a restore has lost, in its place among the entry's acts. It is no news to the patient.

    `repeats`: as in audit.types.Change. Raises UnknownEntry.
    """
    access_actions.lock_patient(patient_id)
    key = [patient_id, entry_id]
    if not sql.execute("UPDATE screening_entry SET acted=%s WHERE patient_id=%s AND id=%s", [True, *key]):
        raise UnknownEntry
    _write(patient_id, entry_id, told)
    event = str(type(events.decode(told.act)).__struct_config__.tag)
    audit.record_change(by=by, at=at, event=event, patient_id=patient_id, subject=spelt(entry_id), repeats=repeats)
    settle(patient_id, at=at, cause=Cause.STRICTER, only=[entry_id], revised=[entry_id])


def hide(
    *,
    patient_id: PatientId,
    entry_id: EntryId,
    reason: HideReason,
    responsible: str | None,
    seen: str | None = None,
    by: Actor,
    at: datetime,
) -> frozenset[EntryId]:
    """Hide the whole entry; the shared items (problems, plans) it is linked with, which staff must be shown.

    Raises UnknownEntry, Overtaken, ResponsibleClinicianMissing.
    """
    if reason is HideReason.SERIOUS_HARM and not responsible:
        raise ResponsibleClinicianMissing
    act = events.Hidden(reason=reason.value, responsible=responsible)
    _record(patient_id, entry_id, act, Cause.STRICTER, seen=seen, by=by, at=at)
    return shared_items(patient_id, entry_id)


def unhide(*, patient_id: PatientId, entry_id: EntryId, seen: str | None = None, by: Actor, at: datetime) -> None:
    """Lift every hide of the entry. Raises UnknownEntry, Overtaken."""
    _record(patient_id, entry_id, events.Unhidden(), Cause.UNHIDDEN, seen=seen, by=by, at=at)


def hold(
    *,
    patient_id: PatientId,
    entry_id: EntryId,
    until: date | None,
    seen: str | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Keep the entry back until a London day begins, or (None) until the patient has been contacted."""
    _record(patient_id, entry_id, events.Held(until=until), Cause.STRICTER, seen=seen, by=by, at=at)


def note_contact(*, patient_id: PatientId, entry_id: EntryId, seen: str | None = None, by: Actor, at: datetime) -> None:
    """The patient has been spoken to; the entry now waits for a decision."""
    _record(patient_id, entry_id, events.Contacted(), Cause.STRICTER, seen=seen, by=by, at=at)


def release(*, patient_id: PatientId, entry_id: EntryId, seen: str | None = None, by: Actor, at: datetime) -> None:
    """A person releases the entry: meets by-hand and waiting policies and ends a hold; lifts no hide, files nothing."""
    _record(patient_id, entry_id, events.Released(), Cause.RELEASED, seen=seen, by=by, at=at)


def undo(*, patient_id: PatientId, entry_id: EntryId, seen: str, by: Actor, at: datetime) -> None:
    """Take back the newest act on the entry that stands (R41). It is no news to the patient.

    Raises Overtaken where anything happened since `seen`, NothingToUndo.
    """
    access_actions.lock_patient(patient_id)
    if isinstance(queries.act_after(patient_id, entry_id, seen, by.id), events.Undone):
        return
    standing = queries.newest_standing_act(patient_id, entry_id)
    if standing is None:
        raise NothingToUndo
    act = events.Undone(number=standing)
    _record(patient_id, entry_id, act, Cause.UNHIDDEN, seen=seen, by=by, at=at)


def set_proxy_rule(
    *, patient_id: PatientId, entry_id: EntryId, everyone: bool, excluded: tuple[UUID, ...], by: Actor, at: datetime
) -> None:
    """Keep the entry from all proxies, from those listed, or (neither) from none."""
    act = events.ProxyRuleSet(everyone=everyone, excluded=excluded)
    _record(patient_id, entry_id, act, Cause.STRICTER, by=by, at=at)


def shared_items(patient_id: PatientId, entry_id: EntryId) -> frozenset[EntryId]:
    """Entries linked with this one, either way, that are not part of it: they stay visible when it is hidden."""
    linked = set()
    for near, far in (("source", "target"), ("target", "source")):
        statement = f"SELECT {far} FROM screening_link WHERE patient_id=%s AND {near}=%s AND {far} IS NOT NULL"
        linked |= {bytes(row[0]) for row in sql.rows(statement, [patient_id, entry_id])}
    parts = "SELECT entry FROM screening_container WHERE patient_id=%s AND container=%s"
    inside = {bytes(row[0]) for row in sql.rows(parts, [patient_id, entry_id])}
    return frozenset(EntryId(raw) for raw in linked - inside)


@transaction.atomic
def file(*, patient_id: PatientId, entry_id: EntryId, by: Actor, at: datetime) -> None:
    """The newest version of the entry is filed (reviewed); one that waited behind an older version takes its place."""
    access_actions.lock_patient(patient_id)
    key = [patient_id, entry_id]
    pending = sql.row(
        "SELECT status, has_text, own, recorded, clinical, coded, full_body FROM screening_pending "
        "WHERE patient_id=%s AND id=%s",
        key,
    )
    arrivals = NOTHING_NEW
    if pending is None:
        sql.execute("UPDATE screening_entry SET filed=%s WHERE patient_id=%s AND id=%s", [True, *key])
    else:
        status, has_text, own, recorded, clinical, coded, full = pending
        sql.execute(
            "UPDATE screening_entry SET filed=%s, status=%s, has_text=%s, own=%s, recorded=%s, clinical=%s, "
            "revision=revision+1 WHERE patient_id=%s AND id=%s",
            [True, status, has_text, own, recorded, clinical, *key],
        )
        sql.execute("DELETE FROM screening_pending WHERE patient_id=%s AND id=%s", key)
        bodies = {entry_id: (bytes(coded), None if full is None else bytes(full))}
        arrivals = Arrivals(bodies, frozenset({entry_id}))
    audit.record_change(by=by, at=at, event="filed", patient_id=patient_id, subject=spelt(entry_id))
    settle(patient_id, at=at, cause=Cause.FILED, only=[entry_id], revised=list(arrivals.bodies), arrivals=arrivals)


@transaction.atomic
def mark_wrong_person(
    *, patient_id: PatientId, entry_id: EntryId, by: Actor, at: datetime, repeats: bytes | None = None
) -> None:
    """Staff say that the entry belongs to somebody else: it leaves this patient's timeline at once.

    `repeats`: as in audit.types.Change.
    """
    access_actions.lock_patient(patient_id)
    sql.execute(
        "UPDATE screening_entry SET wrong_person=%s WHERE patient_id=%s AND id=%s", [True, patient_id, entry_id]
    )
    act = events.repeatable(events.FoundWrong(about(patient_id, entry_id)))
    audit.record_change(
        by=by,
        at=at,
        event="wrong_person",
        patient_id=patient_id,
        subject=spelt(entry_id),
        act=act,
        repeats=repeats,
    )
    settle(patient_id, at=at, cause=Cause.STRICTER, only=[entry_id])


@transaction.atomic
def note_rebuilt(*, patient_id: PatientId, entry_id: EntryId, mapper: int, by: Actor, at: datetime) -> None:
    """The entry's body was rebuilt from its source by a mapper of this version; its decisions stand."""
    access_actions.lock_patient(patient_id)
    sql.execute("UPDATE screening_entry SET mapper=%s WHERE patient_id=%s AND id=%s", [mapper, patient_id, entry_id])
    audit.record_change(by=by, at=at, event="rebuilt", patient_id=patient_id, subject=spelt(entry_id))
    settle(patient_id, at=at, cause=Cause.REBUILT, only=[entry_id])
