"""The two tables of the trail seen alike: whose rows there are, and the rows of one writer in sequence.

Rows come as the canonical encoding takes them (`rules.plain`). Private to the station.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from openrecord.audit import reads_file, reads_table, rules
from openrecord.db.sql import uuid, uuid_key

ID, WRITER, SEQUENCE = 1, 2, 3
"""Where these columns stand in the rows of both tables."""

PlainRow = list[int | str | None]


@dataclass(frozen=True, slots=True)
class WriterTotals:
    """How many rows and different sequences a writer has, and the lowest and highest sequence."""

    writer: UUID
    rows: int
    distinct: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Source:
    """One table of the trail. `name` is what the seals call it."""

    name: str
    table: str
    columns: tuple[str, ...]

    def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of one query on the database in which this table lies."""
        apart = self.name == READ.name and connection.vendor == "sqlite"
        with closing(reads_file.cursor() if apart else connection.cursor()) as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def highest(self, since: UUID) -> dict[UUID, int]:
        """The highest sequence of each writer from `since` on, oldest writer first."""
        return self._hop(self.table, "", since)

    def sealed(self, since: UUID) -> dict[UUID, int]:
        """The same for the rows that are sealed."""
        return CHANGE._hop("audit_seal", f"source = '{self.name}' AND ", since)

    def _hop(self, table: str, only: str, since: UUID) -> dict[UUID, int]:
        """Hops from writer to writer over the index instead of reading every row."""
        following = f"(SELECT writer FROM {table} WHERE {only}writer > %s ORDER BY writer LIMIT 1)"
        sql = (
            f"WITH RECURSIVE hop (found) AS (SELECT {following} UNION ALL "
            f"SELECT {following.replace('%s', 'found')} FROM hop WHERE found IS NOT NULL) "
            f"SELECT found, (SELECT max(sequence) FROM {table} WHERE {only}writer = found) "
            "FROM hop WHERE found IS NOT NULL"
        )
        return {uuid(writer): highest for writer, highest in self.fetch(sql, (uuid_key(since),))}

    def totals(self, writer: UUID) -> WriterTotals:
        """Count and bounds of a writer's rows."""
        sql = (
            "SELECT count(*), count(DISTINCT sequence), min(sequence), max(sequence) "
            f"FROM {self.table} WHERE writer = %s"
        )
        return WriterTotals(writer, *self.fetch(sql, (uuid_key(writer),))[0])

    def sequences(self, writer: UUID, *, after: int, limit: int) -> list[tuple[int, int]]:
        """The sequences of a writer's rows above `after`, ascending, each with the number of rows that have it."""
        sql = (
            f"SELECT sequence, count(*) FROM {self.table} WHERE writer = %s AND sequence > %s "
            "GROUP BY sequence ORDER BY sequence LIMIT %s"
        )
        return [(sequence, rows) for sequence, rows in self.fetch(sql, (uuid_key(writer), after, limit))]

    def rows(self, writer: UUID, *, after: int, limit: int) -> list[PlainRow]:
        """A writer's rows above `after` in sequence."""
        where = "writer = %s AND sequence > %s ORDER BY sequence LIMIT %s"
        return self._select(where, (uuid_key(writer), after, limit))

    def rows_at(self, places: Iterable[tuple[UUID, int]]) -> Iterator[PlainRow]:
        """The rows with these writers and sequences, fetched in runs of consecutive sequences."""
        wanted: dict[UUID, set[int]] = {}
        for writer, sequence in places:
            wanted.setdefault(writer, set()).add(sequence)
        for writer, sequences in wanted.items():
            for first, last in _runs(sorted(sequences)):
                yield from self._select("writer = %s AND sequence BETWEEN %s AND %s", (uuid_key(writer), first, last))

    def _select(self, where: str, parameters: Sequence[Any]) -> list[PlainRow]:
        sql = f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {where}"
        return [rules.plain(row) for row in self.fetch(sql, parameters)]


def _runs(ordered: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = ordered[0]
    for value in ordered[1:]:
        if value != last + 1:
            yield first, last
            first = value
        last = value
    yield first, last


CHANGE_COLUMNS = (
    "patient_id",
    "id",
    "writer",
    "sequence",
    "at",
    "actor_kind",
    "actor",
    "role",
    "authority",
    "organisation",
    "device",
    "session",
    "event",
    "subject",
    "details",
)
CHANGE = Source("change", "audit_change", CHANGE_COLUMNS)
READ = Source("read", reads_table.TABLE, reads_table.COLUMNS)
SOURCES = {source.name: source for source in (CHANGE, READ)}
