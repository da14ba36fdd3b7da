"""Recording changes: in the transaction of the change, so that neither exists without the other."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from openrecord.audit import journal, rules, writers
from openrecord.audit.journal import Record
from openrecord.audit.sources import CHANGE, CHANGE_COLUMNS
from openrecord.audit.types import Actor, Change, NotRecorded, Repeatable, is_by_hand
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
    act: Repeatable | None = None,
    repeats: bytes | None = None,
) -> None:
    """Record one change (R51). Raises NotRecorded outside a transaction. No NHS number, name or clinical content.

    `act`, `repeats`: as in types.Change.
    """
    record_changes([Change(by, at, event, patient_id, subject, details or {}, act, repeats)])


def record_changes(changes: Sequence[Change]) -> None:
    """Record many changes of one transaction at once. What people decided is in the journal before this is answered:
    every write comes through here, and whoever commits it raises JournalFailed where the journal cannot be written.
    """
    if not connection.in_atomic_block:
        raise NotRecorded("a change is recorded inside the transaction that makes it")
    writer = writers.writer_of(connection.connection)
    rows = [_row(change, writer) for change in changes]
    sql.run_many(_INSERT, rows)
    acts = [
        Record(rules.microseconds(change.at), change.act.kind, change.act.body, row[1], row[0])
        for change, row in zip(changes, rows, strict=True)
        if change.act is not None and change.repeats is None and is_by_hand(change.by)
    ]
    if acts:
        transaction.on_commit(lambda: journal.append(acts))


def _row(change: Change, writer: UUID) -> tuple[Any, ...]:
    """The values of CHANGE_COLUMNS, in their order; the writer again in place of its next sequence."""
    by = change.by
    return (
        change.patient_id or 0,
        change.repeats or ids.time_ordered_bytes(),
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
