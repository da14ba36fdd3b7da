"""One entry and what lies around it: what belongs to it, other results of its test, those that it names.

Two statements, whatever there is of it. The second asks about the same Sight as the first: where access has changed
between them it finds nothing, which is less than before the change and never more than after it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from openrecord.clinical.r4 import links, tokens
from openrecord.db import sql
from openrecord.timeline.queries import BY_ID, SERVED, WITHIN, bare, current_rows, proxy_pattern, reader_key, served
from openrecord.timeline.types import Reader, ServedEntry

Coding = tuple[str, str]
TestOf = Callable[[ServedEntry], Coding | None]
MOST_RESULTS = 200
"""So many other results of a test, the newest."""

MOST_NAMED = 100
"""So many at most: a problem may name every consultation of a life."""

_MEMBERS = (
    SERVED + " AND EXISTS (SELECT 1 FROM timeline_member d JOIN timeline_entry c ON c.patient_id = d.patient_id "
    "AND c.id = d.container WHERE d.patient_id = t.patient_id AND d.member = t.id AND d.is_direct "
    "AND c.public_id = %s)"
)
_WITH_MEMBERS = f"SELECT * FROM ({BY_ID}) AS own UNION ALL SELECT * FROM ({_MEMBERS}) AS members"
_OF_TEST = (
    f"SELECT 0 AS share, found.* FROM ({SERVED} AND t.fhir_type = 'Observation' AND t.has_date AND {{holds}} "
    f"AND t.public_id <> %s ORDER BY t.sort DESC, t.public_id DESC LIMIT {{most}}) AS found"
)
_NAMED = f"SELECT 1 AS share, named.* FROM ({SERVED} AND t.public_id IN ({{keys}})) AS named"
"""Cut to MOST_NAMED only after it is known what may be seen: what may not takes nobody's place."""


@dataclass(frozen=True, slots=True)
class Around:
    """An entry; the visible entries that are directly part of it, newest first; the other visible results of its test,
    newest first, without those that have no date; the other entries that it names and that may be seen, in no order.
    """

    entry: ServedEntry
    members: tuple[ServedEntry, ...]
    others: tuple[ServedEntry, ...]
    named: tuple[ServedEntry, ...]

    @property
    def every(self) -> tuple[ServedEntry, ...]:
        """All of it."""
        return (self.entry, *self.members, *self.others, *self.named)


def around(
    reader: Reader, public_id: UUID, *, test_of: TestOf, most: int = MOST_RESULTS, at: datetime
) -> Around | None:
    """An entry with what lies around it; None where the reader may not see it, exists or not.

    `test_of`: the (system, code) of the test of which an entry (without its references) is a result, None for none;
    `most`: so many other results.
    """
    reads = [*reader_key(reader, at), *[proxy_pattern(reader)] * 2, public_id.bytes]
    rows = current_rows(reader, _WITH_MEMBERS, [*reads, *reads], at)
    own = next((row for row in rows if bytes(row[0]) == public_id.bytes), None)
    if own is None:
        return None
    members = sorted((row for row in rows if row is not own), key=_place, reverse=True)
    asked = _Beside(test_of, int(most))
    others, named = _beside(reader, own, {bytes(row[0]) for row in rows}, asked, at)
    every = served(reader, [own, *members, *others, *named], at)
    first, last = 1 + len(members), 1 + len(members) + len(others)
    return Around(every[0], every[1:first], every[first:last], every[last:])


class _Beside(NamedTuple):
    """Which other results are wanted."""

    test_of: TestOf
    most: int


def _place(row: sql.Row) -> tuple[int, bytes]:
    return row[2], bytes(row[0])


def _beside(
    reader: Reader, own: sql.Row, known: Collection[bytes], wanted: _Beside, at: datetime
) -> tuple[list[sql.Row], list[sql.Row]]:
    """The rows of other results of its test, and of what it names, without those that are known."""
    start: list[Any] = [*reader_key(reader, at), *[proxy_pattern(reader)] * 2]
    itself = bare(own)
    test = None if itself.clinical is None else wanted.test_of(itself)
    ids = {UUID(name.partition("/")[2]).bytes for name in links.named(bytes(own[5]))} - set(known)
    asked: list[str] = []
    parameters: list[Any] = []
    if test is not None:
        asked.append(_OF_TEST.format(holds=WITHIN[connection.vendor].format(text="t.codes"), most=wanted.most))
        parameters += [*start, tokens.part(tokens.Mark.WHAT, *test), own[0]]
    if ids:
        asked.append(_NAMED)
        parameters += start
    found = _asked(asked, parameters, sorted(ids))
    others = {bytes(row[1]): row[1:] for row in found if row[0] == 0}
    named = sorted((row[1:] for row in found if row[0] == 1), key=lambda row: bytes(row[0]))
    return sorted(others.values(), key=_place, reverse=True), named[:MOST_NAMED]


def _asked(shares: Sequence[str], parameters: Sequence[Any], ids: Sequence[bytes]) -> list[sql.Row]:
    """The rows of each share; of many ids in portions, and then results of the test come with each of them."""
    statement = " UNION ALL ".join(shares)
    if not statement:
        return []
    return sql.rows_in(statement, parameters, ids) if ids else sql.rows(statement, parameters)
