"""Recording changes: in the transaction of the change, so that neither exists without the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from openrecord.audit import rules, writers
from openrecord.audit.sources import CHANGE, CHANGE_COLUMNS, key
from openrecord.audit.types import Actor, Change, NotRecorded
from openrecord.kit import ids

_LAST_SEQUENCE = f"SELECT coalesce(max(sequence), 0) FROM {CHANGE.table} WHERE writer = %s"
_INSERT = f"INSERT INTO {CHANGE.table} ({', '.join(CHANGE_COLUMNS)}) VALUES ({', '.join(['%s'] * len(CHANGE_COLUMNS))})"


def record_change(
    *,
    by: Actor,
    at: datetime,
    event: str,
    patient_id: int | None,
    subject: str = "",
    details: Mapping[str, str | int | None] | None = None,
) -> None:
    """Record one change (R51). Raises NotRecorded outside a transaction. No NHS number, name or clinical content."""
    record_changes([Change(by, at, event, patient_id, subject, details or {})])


def record_changes(changes: Sequence[Change]) -> None:
    """Record many changes of one transaction at the price of one statement or two (bulk arrival)."""
    if not connection.in_atomic_block:
        raise NotRecorded("a change is recorded inside the transaction that makes it")
    writer = writers.writer_of(connection.connection)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SEQUENCE, (key(writer),))
        (last,) = cursor.fetchone()
        cursor.executemany(_INSERT, [_row(change, writer, number) for number, change in enumerate(changes, last + 1)])


def _row(change: Change, writer: UUID, sequence: int) -> tuple[Any, ...]:
    """The values of CHANGE_COLUMNS, in their order."""
    by = change.by
    return (
        change.patient_id or 0,
        ids.time_ordered_bytes(),
        key(writer),
        sequence,
        rules.microseconds(change.at),
        by.kind.value,
        by.id,
        by.role,
        by.authority,
        by.organisation,
        by.device,
        by.session,
        change.event,
        change.subject,
        rules.canonical_details(change.details),
    )
