"""Entries that go to another record: two are merged, or a merge is taken back.

They go with all that was decided about them. Their bodies lie in the vault then (`settle`); whom these name is written
anew, so that a served entry is of the record that it is read in.
"""

from collections.abc import Collection
from datetime import datetime

from openrecord.db import sql
from openrecord.registry.types import Patient, PatientId
from openrecord.screening import queries
from openrecord.screening.actions.settle import settle
from openrecord.screening.events import Cause
from openrecord.screening.types import EntryId

_ROWS = (("screening_container", "entry"), ("screening_link", "source"), ("screening_act", "entry"))
_BODIES = ("screening_vault", "screening_pending")
_HOME = "UPDATE screening_entry SET patient_id=%s, came_as=%s WHERE patient_id=%s AND id IN ({keys})"


def bring_in(survivor: Patient, other: Patient, *, at: datetime) -> None:
    """All entries of `other` lie in the survivor's record from now on. Both are locked; both are settled."""
    leaving = queries.states(other.patient_id)
    settle(other.patient_id, at=at, cause=Cause.ACCESS, known=leaving, is_going=True)
    _move(tuple(leaving), other, survivor, came_as=other.patient_id)
    settle(survivor.patient_id, at=at, cause=Cause.ACCESS)


def send_back(survivor: Patient, other: Patient, *, at: datetime) -> tuple[EntryId, ...]:
    """What came to `other`, before or since, lies in its own record again; which entries these are.

    It lies in the vault there, until what was decided meanwhile holds there too and the record is settled.
    """
    entries = queries.came_as(survivor.patient_id, other.patient_id)
    leaving = queries.states(survivor.patient_id, entries)
    settle(survivor.patient_id, at=at, cause=Cause.ACCESS, known=leaving, is_going=True)
    _move(entries, survivor, other, came_as=None)
    settle(survivor.patient_id, at=at, cause=Cause.ACCESS)
    return entries


def _move(entries: Collection[EntryId], source: Patient, target: Patient, *, came_as: PatientId | None) -> None:
    before, now = source.patient_id, target.patient_id
    sql.execute_in(_HOME, [now, came_as, before], entries)
    for table, column in _ROWS:
        sql.execute_in(
            f"UPDATE {table} SET patient_id=%s WHERE patient_id=%s AND {column} IN ({{keys}})", [now, before], entries
        )
    for table in _BODIES:
        found = sql.rows_in(
            f"SELECT id, coded, full_body FROM {table} WHERE patient_id=%s AND id IN ({{keys}})", [before], entries
        )
        for entry, coded, full in found:
            sql.execute(
                f"UPDATE {table} SET patient_id=%s, coded=%s, full_body=%s WHERE patient_id=%s AND id=%s",
                [now, _about(coded, source, target), _about(full, source, target), before, bytes(entry)],
            )


def _about(body: bytes | None, source: Patient, target: Patient) -> bytes | None:
    """The body as one of the other record. The names are outside ids, which occur nowhere by chance."""
    if body is None:
        return None
    return bytes(body).replace(f"Patient/{source.public_id}".encode(), f"Patient/{target.public_id}".encode())
