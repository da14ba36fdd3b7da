"""Questions to the trail: who looked, who was exposed, is it intact. Nothing here writes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from openrecord.audit import rules, verification
from openrecord.audit.models import ChangeRow, Root, Seal
from openrecord.audit.sources import READ, PlainRow
from openrecord.audit.types import (
    PUBLIC_ID_BYTES,
    ActorKind,
    DailyRoot,
    Exposure,
    Look,
    SealedRead,
    Verdict,
)
from openrecord.db.sql import rows_in, uuid
from openrecord.kit import london

_LAST = "SELECT patient_id, subject, at FROM audit_change WHERE event=%s AND patient_id IN ({keys}) ORDER BY id"


def verify(external: Sequence[DailyRoot] = ()) -> Verdict:
    """Recompute the whole trail; `external` are daily roots kept outside the database."""
    return verification.verify(external)


def has_change(patient_id: int, row_id: bytes) -> bool:
    """Whether the trail holds this row of a change."""
    return ChangeRow.objects.filter(patient_id=patient_id, id=row_id).exists()


def subjects(patient_id: int, event: str) -> tuple[str, ...]:
    """What the changes of this name to a patient were about, oldest first."""
    changes = ChangeRow.objects.filter(patient_id=patient_id, event=event).order_by("id")
    return tuple(changes.values_list("subject", flat=True))


def last_changes(patients: Iterable[int], event: str) -> dict[int, dict[str, datetime]]:
    """When there was last a change of this name to each of these patients, by what it was about."""
    found: dict[int, dict[str, datetime]] = {patient_id: {} for patient_id in patients}
    for patient_id, subject, at in rows_in(_LAST, [event], found):
        found[patient_id][subject] = rules.instant(at)
    return found


def last_sealed_at() -> datetime | None:
    """When the newest row of the chain was sealed; None where nothing was."""
    last = Seal.objects.order_by("-number").first()
    return None if last is None else rules.instant(last.at)


def last_root() -> DailyRoot | None:
    """The newest daily root, to be printed, published or kept on another disk."""
    root = Root.objects.order_by("-number").first()
    return verification.daily_root(root) if root else None


def who_looked(patient_id: int, *, since: datetime, until: datetime) -> tuple[Look, ...]:
    """Day, organisation, role and authority of everybody who was served something of this record, newest day first.

    From `since` on and before `until`. What was looked at is no part of the answer.
    """
    sql = (
        f"SELECT DISTINCT at, organisation, role, authority FROM {READ.table} "
        "WHERE patient_id = %s AND refused = '' AND at >= %s AND at < %s"
    )
    looks = {
        Look(london.day_of(rules.instant(at)), organisation, role, authority)
        for at, organisation, role, authority in READ.fetch(
            sql, (patient_id, rules.microseconds(since), rules.microseconds(until))
        )
    }
    ordered = sorted(looks, key=lambda look: (look.organisation or "", look.role, look.authority))
    return tuple(sorted(ordered, key=lambda look: look.day, reverse=True))


def last_look_before(patient_id: int, before: datetime) -> date | None:
    """The day on which this record was last read before an instant; None where it was not."""
    sql = f"SELECT max(at) FROM {READ.table} WHERE patient_id = %s AND refused = '' AND at < %s"
    ((last,),) = READ.fetch(sql, (patient_id, rules.microseconds(before)))
    return None if last is None else london.day_of(rules.instant(last))


def exposure(patient_id: int, public_id: UUID) -> tuple[Exposure, ...]:
    """Every read that served this entry, oldest first: who had it, when and through what."""
    contains = "position(%s IN served)" if connection.vendor == "postgresql" else "instr(served, %s)"
    sql = (
        "SELECT served, id, at, actor_kind, actor, role, organisation, viewer, client, channel, route "
        f"FROM {READ.table} WHERE patient_id = %s AND {contains} > 0 ORDER BY at, id"
    )
    found = READ.fetch(sql, (patient_id, public_id.bytes))
    return tuple(_exposure(row[1:]) for row in found if _serves(bytes(row[0]), public_id.bytes))


def sealed_reads(*, after: int, limit: int) -> tuple[int, tuple[SealedRead, ...]]:
    """Served reads among the `limit` seals above number `after`, and the number of the last seal looked at.

    The number is `after` itself where nothing more is sealed: a watermark that never misses a late commit.
    """
    seals = Seal.objects.filter(number__gt=after).order_by("number")
    chunk = list(seals.values_list("number", "source", "writer", "sequence")[:limit])
    wanted = [(writer, sequence) for _, source, writer, sequence in chunk if source == READ.name]
    reads = tuple(_sealed_read(row) for row in READ.rows_at(wanted) if row[_REFUSED] == "")
    return (chunk[-1][0] if chunk else after), reads


_PATIENT, _AT, _KIND, _ACTOR, _AUTHORITY, _VIEWER, _REFUSED = (
    READ.columns.index(name) for name in ("patient_id", "at", "actor_kind", "actor", "authority", "viewer", "refused")
)


def _sealed_read(row: PlainRow) -> SealedRead:
    viewer = row[_VIEWER]
    return SealedRead(
        at=rules.instant(int(row[_AT] or 0)),
        patient_id=int(row[_PATIENT] or 0),
        actor_kind=ActorKind(row[_KIND]),
        actor=str(row[_ACTOR]),
        authority=str(row[_AUTHORITY]),
        viewer_id=uuid(str(viewer)) if viewer else None,
    )


def _serves(served: bytes, public_id: bytes) -> bool:
    """Whether one of the packed ids is this one (a match across two ids is none)."""
    return any(served[start : start + PUBLIC_ID_BYTES] == public_id for start in range(0, len(served), PUBLIC_ID_BYTES))


def _exposure(row: Sequence[Any]) -> Exposure:
    read_id, at, kind, actor, role, organisation, viewer, client, channel, route = row
    return Exposure(
        read_id=uuid(read_id),
        at=rules.instant(at),
        actor_kind=ActorKind(kind),
        actor=actor,
        role=role,
        organisation=organisation,
        viewer_id=uuid(viewer) if viewer else None,
        client_id=uuid(client) if client else None,
        channel=channel,
        route=route,
    )
