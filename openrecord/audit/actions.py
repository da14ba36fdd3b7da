"""Recording changes: in the transaction of the change, so that neither exists without the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from openrecord.audit import rules, writers
from openrecord.audit.sources import CHANGE, CHANGE_COLUMNS
from openrecord.audit.types import Actor, Change, NotRecorded
from openrecord.db import sql
from openrecord.kit import ids

_NEXT = f"(SELECT coalesce(max(sequence), 0) + 1 FROM {CHANGE.table} WHERE writer = %s)"
_VALUES = ", ".join(_NEXT if column == "sequence" else "%s" for column in CHANGE_COLUMNS)
_INSERT = f"INSERT INTO {CHANGE.table} ({', '.join(CHANGE_COLUMNS)}) VALUES ({_VALUES})"


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
    """Record many changes of one transaction at once."""
    if not connection.in_atomic_block:
        raise NotRecorded("a change is recorded inside the transaction that makes it")
    writer = writers.writer_of(connection.connection)
    sql.run_many(_INSERT, [_row(change, writer) for change in changes])


def _row(change: Change, writer: UUID) -> tuple[Any, ...]:
    """The values of CHANGE_COLUMNS, in their order; the writer again in place of its next sequence."""
    by = change.by
    return (
        change.patient_id or 0,
        ids.time_ordered_bytes(),
        sql.uuid_key(writer),
        sql.uuid_key(writer),
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
