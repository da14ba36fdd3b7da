"""Questions about the worklist: what waits for a practice's staff, page by page."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from openrecord.clinical.kinds import Slot
from openrecord.db import sql
from openrecord.kit.instants import from_micros, from_micros_or_none, to_micros
from openrecord.registry.types import OdsCode, PatientId
from openrecord.screening.queries import STAMP, stamp_of
from openrecord.screening.rules.worklist import as_bits, from_bits
from openrecord.screening.types import EntryId, Item, ItemState, ListedItem, WorklistFilter, WorklistSummary

_LISTED = (
    "SELECT w.patient_id, w.id, e.public_id, w.slot, w.state, w.since, w.due, w.leaves, w.signals, w.author, v.coded, "
    f"v.full_body, {STAMP}, w.day, w.rank FROM screening_worklist w "
    "JOIN screening_entry e ON e.patient_id=w.patient_id AND e.id=w.id "
    "LEFT JOIN screening_vault v ON v.patient_id=w.patient_id AND v.id=w.id"
)
_OPEN = "w.org=%s AND (w.leaves IS NULL OR w.leaves > %s)"
"""Until a policy releases it by itself; the row goes when the patient is next settled."""


class BadPlace(ValueError):
    """The place in a worklist that was asked for is none that was handed out."""


def worklist(
    ods: OdsCode, wanted: WorklistFilter, *, at: datetime, limit: int, after: str | None = None
) -> tuple[ListedItem, ...]:
    """Items of a practice, the oldest promise first, within a day the most pressing. Raises BadPlace for `after`."""
    now = to_micros(at)
    conditions, parameters = [_OPEN], [ods, now]
    if wanted.states != frozenset(ItemState):
        conditions.append(f"w.state IN ({sql.marks(len(wanted.states))})")
        parameters += sorted(state.value for state in wanted.states)
    if wanted.slots is not None:
        conditions.append(f"w.slot IN ({sql.marks(len(wanted.slots))})")
        parameters += sorted(wanted.slots)
    if wanted.signal is not None:
        conditions.append("(w.signals & %s) <> 0")
        parameters.append(as_bits([wanted.signal]))
    if wanted.author is not None:
        conditions.append("w.author = %s")
        parameters.append(wanted.author)
    if after is not None:
        conditions.append("(w.day, w.rank, w.id) > (%s, %s, %s)")
        parameters += _place(after)
    statement = f"{_LISTED} WHERE {' AND '.join(conditions)} ORDER BY w.day, w.rank, w.id LIMIT {int(limit)}"
    return tuple(_listed(row) for row in sql.rows(statement, parameters))


def listed_item(ods: OdsCode, patient_id: PatientId, entry_id: EntryId, *, at: datetime) -> ListedItem | None:
    """One item of a practice; None where the entry does not wait there."""
    statement = f"{_LISTED} WHERE {_OPEN} AND w.patient_id=%s AND w.id=%s"
    return next((_listed(row) for row in sql.rows(statement, [ods, to_micros(at), patient_id, entry_id])), None)


def summary(ods: OdsCode, *, at: datetime, closed: Collection[PatientId] = ()) -> WorklistSummary:
    """What waits at a practice; `closed`: patients of whom it is not said who wrote what waits."""
    told = f"w.patient_id IN ({sql.marks(len(closed))})" if closed else "w.patient_id IS NULL"
    statement = (
        f"SELECT w.author, {told} AS is_closed, COUNT(*), SUM(CASE WHEN w.due <= %s THEN 1 ELSE 0 END) "
        f"FROM screening_worklist w WHERE {_OPEN} GROUP BY w.author, is_closed"
    )
    now = to_micros(at)
    rows = sql.rows(statement, [*sorted(closed), now, ods, now])
    return WorklistSummary(
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
        tuple(sorted({author for author, is_closed, *_ in rows if author and not is_closed})),
    )


def _place(cursor: str) -> list[int | bytes]:
    try:
        day, place, entry = cursor.split(".")
        return [int(day), int(place), bytes.fromhex(entry)]
    except ValueError as error:
        raise BadPlace from error


def _listed(row: sql.Row) -> ListedItem:
    (patient_id, raw, public_id, slot, state, since, due, leaves, signals, author, coded, full,
     acts_so_far, revision, day, place) = row  # fmt: skip
    entry_id = EntryId(bytes(raw))
    return ListedItem(
        PatientId(patient_id),
        entry_id,
        UUID(bytes=bytes(public_id)),
        Slot(slot),
        Item(ItemState(state), from_micros(since), from_micros(due), from_micros_or_none(leaves)),
        None if signals is None else from_bits(signals),
        author,
        bytes(coded) if coded is not None else b"{}",
        None if full is None else bytes(full),
        stamp_of(acts_so_far, revision),
        f"{day}.{place}.{entry_id.hex()}",
    )
