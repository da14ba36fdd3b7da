"""The table of reads: its columns and definition, and the statement that fills it.

On PostgreSQL it lies in the main database, so that the hot path can record a read in the statement that reads; on
SQLite it is a file of its own, so that readers never wait for the main database's writer.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from openrecord.audit import rules
from openrecord.audit.types import Read
from openrecord.kit import ids

TABLE = "audit_read"
_TYPES = {
    "patient_id": "bigint",
    "id": "uuid",
    "writer": "uuid",
    "sequence": "bigint",
    "at": "bigint",
    "actor_kind": "text",
    "actor": "text",
    "role": "text",
    "authority": "text",
    "organisation": "text",
    "device": "text",
    "session": "text",
    "channel": "text",
    "route": "text",
    "query": "text",
    "viewer": "uuid",
    "client": "uuid",
    "refused": "text",
    "sight": "bytea",
    "served": "bytea",
}
_NULLABLE = frozenset({"organisation", "device", "session", "viewer", "client"})
_SQLITE_TYPES = {"bigint": "integer", "uuid": "char(32)", "text": "text", "bytea": "blob"}
COLUMNS = tuple(_TYPES)
NEXT_SEQUENCE = f"(SELECT coalesce(max(sequence), 0) + 1 FROM {TABLE} WHERE writer = %(writer)s::uuid)"


def definition(vendor: str) -> tuple[str, ...]:
    """The statements that make the table on "postgresql" or "sqlite", without the append-only triggers."""
    kinds = _TYPES if vendor == "postgresql" else {name: _SQLITE_TYPES[kind] for name, kind in _TYPES.items()}
    columns = ", ".join(f"{name} {kind}{'' if name in _NULLABLE else ' NOT NULL'}" for name, kind in kinds.items())
    # On SQLite the rows lie in the order of arrival and a thin index finds the patient's: each page saved in a flush
    # is a page less to encrypt (87 against 68 microseconds a row).
    key = ", PRIMARY KEY (patient_id, id)" if vendor == "postgresql" else ""
    made = (
        f"CREATE TABLE IF NOT EXISTS {TABLE} ({columns}{key})",
        f"CREATE INDEX IF NOT EXISTS audit_read_writer ON {TABLE} (writer, sequence)",
    )
    return made if key else (*made, f"CREATE INDEX IF NOT EXISTS audit_read_patient ON {TABLE} (patient_id)")


def read_insert_sql(*, given: Mapping[str, str] | None = None, from_: str = "") -> str:
    """The INSERT of one read on PostgreSQL, with %(name)s parameters as `read_parameters` makes them.

    `given` replaces a column's parameter by an SQL expression over `from_` (such as "token, sight"), so that the
    statement that reads can also record: served = "(SELECT string_agg(uuid_send(public_id), '') FROM page)". It
    records nothing where `from_` yields no row. `sequence` is always reckoned by the statement.
    """
    expressions = {name: f"%({name})s::{kind}" for name, kind in _TYPES.items()} | {"sequence": NEXT_SEQUENCE}
    expressions |= given or {}
    values = ", ".join(expressions[name] for name in COLUMNS)
    return f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) SELECT {values}" + (f" FROM {from_}" if from_ else "")


READ_INSERT_SQL = read_insert_sql()
EVERY_READ_INSERT_SQL = read_insert_sql(
    given={
        "patient_id": "list.patient_id",
        "id": "list.id",
        "served": "list.served",
        "sequence": f"{NEXT_SEQUENCE} + list.place - 1",
    },
    from_="unnest(%(patients)s::bigint[], %(ids)s::uuid[], %(lists)s::bytea[]) "
    "WITH ORDINALITY AS list(patient_id, id, served, place)",
)
"""One statement for the reads of a list across patients (`every_read_parameters`)."""

SQLITE_INSERT_SQL = f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})"


def read_parameters(read: Read, row_id: UUID, writer: UUID) -> dict[str, int | str | bytes | UUID | None]:
    """The parameters of READ_INSERT_SQL. `row_id` is time-ordered; `writer` belongs to one connection (`writers`)."""
    by = read.by
    return {
        "patient_id": read.patient_id or 0,
        "id": row_id,
        "writer": writer,
        "at": rules.microseconds(read.at),
        "actor_kind": by.kind.value,
        "actor": by.id,
        "role": by.role,
        "authority": by.authority,
        "organisation": by.organisation,
        "device": by.device,
        "session": by.session,
        "channel": read.channel,
        "route": read.route,
        "query": read.query,
        "viewer": read.viewer_id,
        "client": read.client_id,
        "refused": read.refused,
        "sight": read.sight,
        "served": read.served,
    }


def every_read_parameters(reads: Sequence[Read], writer: UUID) -> dict[str, Any]:
    """The parameters of EVERY_READ_INSERT_SQL, for reads that differ in patient and entries alone; at least one."""
    return {
        **read_parameters(reads[0], ids.time_ordered_id(), writer),
        "patients": [read.patient_id or 0 for read in reads],
        "ids": [ids.time_ordered_id() for _ in reads],
        "lists": [read.served for read in reads],
    }


def sqlite_row(read: Read, row_id: UUID, writer: UUID, sequence: int) -> tuple[int | str | bytes | None, ...]:
    """The values of SQLITE_INSERT_SQL, in the order of the columns."""
    by = read.by
    return (
        read.patient_id or 0,
        row_id.hex,
        writer.hex,
        sequence,
        rules.microseconds(read.at),
        by.kind.value,
        by.id,
        by.role,
        by.authority,
        by.organisation,
        by.device,
        by.session,
        read.channel,
        read.route,
        read.query,
        read.viewer_id.hex if read.viewer_id else None,
        read.client_id.hex if read.client_id else None,
        read.refused,
        read.sight,
        read.served,
    )
