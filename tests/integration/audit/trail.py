"""What the tests of the trail share: actors, reads, and an attacker who gets past the triggers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from openrecord.audit import actions, append_only, group_commit, queries, reads, reads_file, tasks
from openrecord.audit.sources import CHANGE, READ, Source
from openrecord.audit.types import OWN_RECORD, Actor, ActorKind, Problem, Read, pack

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PERSON = Actor(ActorKind.PERSON, "person-1", "patient", OWN_RECORD)
DOCTOR = Actor(ActorKind.STAFF, "staff-9", "clinician", "staff:screening", organisation="Z00001", device="desk 4")
VIEWER = UUID(int=77)
ENTRY = UUID(int=0xABCDEF)


def read(number: int = 1, **fields: Any) -> Read:
    """A read of patient `number` by the patient."""
    given: dict[str, Any] = {
        "by": PERSON,
        "at": AT,
        "patient_id": number,
        "channel": "web",
        "route": "/record/results",
        "query": f"page={number}",
        "viewer_id": VIEWER,
        "served": pack([ENTRY, UUID(int=number)]),
        "sight": b"s" * 16,
    }
    return Read(**given | fields)


@dataclass
class Trail:
    """The trail under test."""

    recorded: list[UUID] = field(default_factory=list)

    def fill(self, *, changes: int = 6, served: int = 6) -> None:
        """Record some changes and some reads."""
        for number in range(changes):
            actions.record_change(
                by=DOCTOR,
                at=AT,
                event="entry.hidden",
                patient_id=number % 3,
                subject=f"e{number}",
                details={"n": number},
            )
        self.recorded += [reads.record_read(read(number)) for number in range(served)]

    def seal(self, at: datetime = AT, *, sweep: bool = False) -> int:
        return tasks.seal(at=at, sweep=sweep)

    def problems(self) -> tuple[Problem, ...]:
        """What verification finds now."""
        return queries.verify().problems

    def tamper(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run SQL as somebody would who owns the database and switches the triggers off."""
        if connection.vendor == "sqlite":
            (self._in_reads_file if READ.table in sql else self._in_main_file)(sql, parameters)
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, parameters)
            cursor.execute("SET LOCAL session_replication_role = origin")

    @staticmethod
    def _in_main_file(sql: str, parameters: Sequence[Any]) -> None:
        with connection.cursor() as cursor:
            for table in append_only.TABLES:
                for act in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
            cursor.execute(sql, parameters)

    @staticmethod
    def _in_reads_file(sql: str, parameters: Sequence[Any]) -> None:
        group_commit.close()
        cursor = reads_file.cursor()
        for act in ("update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS audit_read_no_{act}")
        cursor.execute(sql, parameters)
        cursor.close()


def writer_in(source: Source) -> UUID:
    """The only writer of this table."""
    (writer,) = source.highest(UUID(int=0))
    return writer


SOURCES = (CHANGE, READ)
