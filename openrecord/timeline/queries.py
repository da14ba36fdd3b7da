"""The only door out: what one reader may see, as it is stored.

Every question joins the reader's Sight while it is valid and current; where it is not, the patient is settled, the
Sight computed, and the question asked again. Nothing here knows a rule.
"""

import base64
import binascii
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from openrecord.access.events import SightNeeded
from openrecord.access.queries import NO_CLIENT
from openrecord.access.rules.absence import Absences
from openrecord.access.rules.absence import absence as why_absent
from openrecord.access.rules.choices import Why
from openrecord.clinical import wording
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS, Slot
from openrecord.clinical.r4 import links
from openrecord.db import bus, sql
from openrecord.kit.instants import from_micros, to_micros
from openrecord.kit.london import day_of, midnight
from openrecord.timeline.types import ALWAYS, MOST_OF_A_DAY, BadCursor, Page, Period, Reader, ServedEntry

NEWEST, EARLIEST = (2**62, b"\xff" * 16), -(2**63)
"""Before the first entry of a list that begins with the newest; not after any entry."""
EVERY_SLOT = frozenset(SLOT_KINDS)
_SLOTS = {slot.value: slot for slot in Slot}
AHEAD = "~"
"""Begins a place among what comes before everything else."""

CURRENT_SIGHT = (
    "access_sight s JOIN access_epoch e ON e.patient_id = s.patient_id AND e.epoch = s.epoch "
    "JOIN access_switch w ON w.id = 1 AND w.epoch = s.switch"
)
OF_READER = "s.patient_id = %s AND s.viewer_id = %s AND s.client_id = %s AND s.channel = %s AND s.valid_until > %s"


def may_see(entry: str, sight: str) -> str:
    """SQL: the Sight row opens the entry's slot, and no proxy rule keeps the reader out."""
    return (
        f"(({sight}.coded >> {entry}.slot) & 1) = 1 AND (NOT {sight}.is_proxy OR {entry}.proxies = '' "
        f"OR ({entry}.proxies <> '*' AND {entry}.proxies NOT LIKE %s))"
    )


def shows_itself(entry: str, sight: str) -> str:
    """SQL: the entry has something of its own to show."""
    return (
        f"({entry}.hollow = 0 OR ({entry}.hollow = 2 AND {entry}.full_body IS NOT NULL "
        f"AND (({sight}.full_text >> {entry}.slot) & 1) = 1))"
    )


INHABITED = (
    "EXISTS (SELECT 1 FROM timeline_member x JOIN timeline_entry m ON m.patient_id = x.patient_id AND m.id = x.member "
    "JOIN access_sight ms ON ms.patient_id = s.patient_id AND ms.viewer_id = s.viewer_id "
    "AND ms.client_id = s.client_id AND ms.channel = s.channel AND ms.tranche = m.tranche "
    f"WHERE x.patient_id = t.patient_id AND x.container = t.id AND {may_see('m', 'ms')} AND {shows_itself('m', 'ms')})"
)
VISIBLE = f"{may_see('t', 's')} AND ({shows_itself('t', 's')} OR {INHABITED})"
"""SQL: the reader may see entry t under Sight row s. Takes the reader's proxy pattern twice."""

BODY = "CASE WHEN ((s.full_text >> t.slot) & 1) = 1 AND t.full_body IS NOT NULL THEN t.full_body ELSE t.coded END"
COLUMNS = f"t.public_id, t.slot, t.sort, t.has_date, {BODY}, t.refs, s.at_ceiling"
SERVED = (
    f"SELECT {COLUMNS} "
    f"FROM {CURRENT_SIGHT} JOIN timeline_entry t ON t.patient_id = s.patient_id AND t.tranche = s.tranche "
    f"WHERE {OF_READER} AND {VISIBLE}"
)
HEAD = f"SELECT s.fingerprint, s.absences FROM {CURRENT_SIGHT} WHERE {OF_READER} AND s.tranche = 0"
NEWEST_FIRST = " ORDER BY t.sort DESC, t.public_id DESC LIMIT {limit}"
BEHIND = (
    " AND ((CAST(%s AS bigint) >> t.slot) & 1) = 1 AND (t.sort, t.public_id) < (CAST(%s AS bigint), %s) "
    "AND t.sort >= CAST(%s AS bigint)"
)
"""SQL: the entry is of these slots and lies behind this place, not before this instant."""
BY_ID = SERVED + " AND t.public_id = %s"
FOUND = (
    f"SELECT {COLUMNS} FROM {CURRENT_SIGHT} JOIN timeline_words q ON q.patient_id = s.patient_id "
    "JOIN timeline_entry t ON t.patient_id = q.patient_id AND t.id = q.id AND t.tranche = s.tranche "
    f"WHERE {{maybe}} AND {OF_READER} AND {VISIBLE} AND {{surely}}"
    "{behind} ORDER BY q.sort DESC, q.public_id DESC LIMIT {limit}"
)
SAYS = "CASE WHEN ((s.full_text >> t.slot) & 1) = 1 AND q.all_words IS NOT NULL THEN q.all_words ELSE q.words END"
"""SQL: the words of the body that the reader is served."""

WITHIN = {"postgresql": "strpos({text}, %s) > 0", "sqlite": "instr({text}, %s) > 0"}
SEEN = f"SELECT t.fhir_type, t.public_id FROM {SERVED.partition('FROM ')[2]} AND t.public_id IN ({{keys}})"

OUTCOMES = (
    f"SELECT t.refs FROM {SERVED.partition('FROM ')[2]} AND t.fhir_type IN ('DiagnosticReport', 'Observation') "
    "AND t.sort >= CAST(%s AS bigint)"
)


def reader_key(reader: Reader, at: datetime) -> list[Any]:
    """The parameters of OF_READER."""
    client = reader.client_id or NO_CLIENT
    return [reader.patient_id, reader.viewer_id.bytes, client.bytes, reader.channel, to_micros(at)]


def proxy_pattern(reader: Reader) -> str:
    """The LIKE pattern that finds the reader among the proxies an entry is kept from."""
    return f"%{reader.viewer_id.hex}%"


def fingerprint(reader: Reader, *, at: datetime) -> bytes:
    """16 bytes that stand for the reader's Sight now; computes the Sight where it is missing or out of date."""
    return bytes(_head(reader, at)[0])


def absences(reader: Reader, *, at: datetime) -> Absences:
    """What the reader may not see, and why, whatever there is (access/rules/absence.py)."""
    return Absences(_head(reader, at)[1])


def absence(reader: Reader, served: Page, slots: Collection[Slot], *, at: datetime) -> Why | None:
    """Why a page of these slots is empty (R5); None where it is not, or there just is nothing."""
    if served.entries:
        return None
    return why_absent(served.absences or absences(reader, at=at), slots)


def _head(reader: Reader, at: datetime) -> sql.Row:
    """What stands in the head of the reader's Sight, which is computed where there is no current one."""
    return _current_head(reader, at) or sql.rows(HEAD, reader_key(reader, at))[0]


def _current_head(reader: Reader, at: datetime) -> sql.Row | None:
    """None where to ask again: statements join only a current Sight, and there was none."""
    found = sql.row(HEAD, reader_key(reader, at))
    if found is None:
        bus.publish(SightNeeded(reader.patient_id, reader.viewer_id, reader.client_id or NO_CLIENT, reader.channel, at))
    return found


def current_rows(reader: Reader, statement: str, parameters: Sequence[Any], at: datetime) -> list[sql.Row]:
    """The rows a reader may see."""
    found = sql.rows(statement, parameters)
    return found if found or _current_head(reader, at) else sql.rows(statement, parameters)


def served(reader: Reader, rows: Iterable[sql.Row], at: datetime) -> tuple[ServedEntry, ...]:
    """Rows of COLUMNS as the reader gets them: references to what they may not see are taken out."""
    found = list(rows)
    allowed: frozenset[str] | None = None
    if found and not all(row[6] for row in found):
        allowed = _allowed(reader, found, at)
    return tuple(
        ServedEntry(
            bytes(public_id),
            _SLOTS[slot],
            from_micros(sort) if has_date else None,
            links.joined(bytes(body), bytes(refs) if allowed is None else links.strip(bytes(refs), allowed)),
        )
        for public_id, slot, sort, has_date, body, refs, _ in found
    )


def bare(row: sql.Row) -> ServedEntry:
    """A row of COLUMNS without any reference."""
    return ServedEntry(bytes(row[0]), _SLOTS[row[1]], from_micros(row[2]) if row[3] else None, bytes(row[4]))


def _allowed(reader: Reader, rows: Sequence[sql.Row], at: datetime) -> frozenset[str]:
    """Of everything the rows name, what this reader may see."""
    named: set[str] = set()
    for row in rows:
        named |= links.named(bytes(row[5]))
    wanted = {UUID(reference.partition("/")[2]).bytes for reference in named}
    pattern = proxy_pattern(reader)
    seen = sql.rows_in(SEEN, [*reader_key(reader, at), pattern, pattern], wanted)
    return frozenset(f"{fhir_type}/{UUID(bytes=bytes(public_id))}" for fhir_type, public_id in seen)


def page(
    reader: Reader,
    *,
    slots: Collection[Slot],
    period: Period = ALWAYS,
    ahead: Sequence[str] = (),
    limit: int = 50,
    whole_days: bool = False,
    after: str | None = None,
    at: datetime,
) -> Page:
    """A page of the reader's entries of these slots and this period, newest first. Raises BadCursor.

    Each kind of entry is a range of its own in reading order; so is the whole record. `ahead`: what holds one of these
    parts (clinical.r4.tokens) comes before everything else; the page that ends it goes on with the first of the rest.
    `whole_days`: the page ends with a London day, so that a report and its results stand together: it leaves the day
    to the next page where half of this one stays, else it goes on to the end of the day.
    """
    asked = _Asked(frozenset(slots), period, tuple(ahead), int(limit), whole_days)
    rows, cursor = _parts(reader, asked, after, at)
    head = None if rows else _current_head(reader, at)
    if not rows and head is None:
        rows, cursor = _parts(reader, asked, after, at)
    return Page(served(reader, rows, at), cursor, None if head is None else Absences(head[1]))


def every(reader: Reader, *, slots: Collection[Slot], at: datetime) -> tuple[ServedEntry, ...]:
    """All that `page` gives, page after page."""
    served = page(reader, slots=slots, at=at)
    found = [*served.entries]
    while served.next_cursor is not None:
        served = page(reader, slots=slots, after=served.next_cursor, at=at)
        found += served.entries
    return tuple(found)


class _Share(Enum):
    """How a list whose beginning comes ahead is read; the values: SQL about what makes an entry come ahead."""

    ALL = ""
    AHEAD = " AND ({holds})"
    REST = " AND NOT ({holds})"


class _Asked(NamedTuple):
    """Of what a page is asked for."""

    slots: frozenset[Slot]
    period: Period
    ahead: tuple[str, ...]
    limit: int
    whole_days: bool


_Cut = tuple[Sequence[sql.Row], str | None]
"""The rows of a page, and the cursor behind the last where there is more."""


def _parts(reader: Reader, asked: _Asked, after: str | None, at: datetime) -> _Cut:
    """A page of it: of what comes ahead, where anything does, and of the rest where that is at its end."""
    if not asked.ahead:
        return _part(reader, asked, _Share.ALL, after, at)
    begins: Sequence[sql.Row] = ()
    if after is None or after.startswith(AHEAD):
        begins, cursor = _part(reader, asked, _Share.AHEAD, after and after.removeprefix(AHEAD), at)
        if cursor is not None:
            return begins, AHEAD + cursor
        after = None
    rest, cursor = _part(reader, asked, _Share.REST, after, at)
    return [*begins, *rest], cursor


def _part(reader: Reader, asked: _Asked, share: _Share, after: str | None, at: datetime) -> _Cut:
    """A page of this share of it."""
    end = asked.limit
    rows = _read(reader, asked, share, after, end + 1, at)
    day = _day(rows[end]) if asked.whole_days and len(rows) > end else None
    if day is None or not _is_of(rows[end - 1], day):
        return _cut(rows, end)
    begins = next((n for n in range(end - 1, end // 2 - 1, -1) if not _is_of(rows[n - 1], day)), None)
    if begins is not None:
        return _cut(rows, begins)
    # Anew as a whole: half a page of before a change and half of after it would be a mixed state.
    rows = _read(reader, asked, share, after, end + MOST_OF_A_DAY + 1, at)
    most = min(len(rows), end + MOST_OF_A_DAY)
    return _cut(rows, next((n for n in range(end, most) if not _is_of(rows[n], day)), most))


def _read(reader: Reader, asked: _Asked, share: _Share, after: str | None, limit: int, at: datetime) -> list[sql.Row]:
    """So many rows of this share of it."""
    types = () if asked.slots >= EVERY_SLOT else tuple(sorted({_type_of(slot) for slot in asked.slots}))
    start = [*reader_key(reader, at), *[proxy_pattern(reader)] * 2]
    behind = [*_behind(asked.slots, asked.period, after), *asked.ahead]
    parameters = [one for kind in types for one in (*start, kind, *behind)] if types else [*start, *behind]
    condition = _condition(connection.vendor, asked.period != ALWAYS, len(asked.ahead), share)
    return sql.rows(_paged(len(types), condition, limit), parameters)


def _day(row: sql.Row) -> tuple[int, int] | None:
    """When the London day of a row begins and ends; None where it has no date."""
    if not row[3]:
        return None
    day = day_of(from_micros(row[2]))
    return to_micros(midnight(day)), to_micros(midnight(day + timedelta(days=1)))


def _is_of(row: sql.Row, day: tuple[int, int]) -> bool:
    return bool(row[3]) and day[0] <= row[2] < day[1]


@lru_cache(maxsize=32)
def _condition(vendor: str, is_dated: bool, parts: int, share: _Share) -> str:
    """SQL: the entry is of the part of a list that is asked for."""
    holds = " OR ".join([WITHIN[vendor].format(text="t.codes")] * parts)
    return f"{BEHIND}{' AND t.has_date' if is_dated else ''}{share.value.format(holds=holds)}"


def _type_of(slot: Slot) -> str:
    return KIND_RULES[SLOT_KINDS[slot]].fhir_type or ""


def _behind(slots: Collection[Slot], period: Period, after: str | None) -> list[Any]:
    """The parameters of BEHIND: the slots, where the page begins, and where the period does."""
    place = _position(after)
    if period.until is not None:
        place = min(place, (to_micros(period.until), b""))
    first = EARLIEST if period.since is None else to_micros(period.since)
    return [sum(1 << slot for slot in slots), *place, first]


@lru_cache(maxsize=256)
def _paged(types: int, condition: str, limit: int) -> str:
    """The statement of a page: of so many kinds, or (0) of the whole record.

    The limit stands in it: as a parameter it costs SQLite three times the time.
    """
    order = NEWEST_FIRST.format(limit=limit)
    if types == 0:
        return f"{SERVED}{condition}{order}"
    one = f"{SERVED} AND t.fhir_type = %s{condition}{order}"
    if types == 1:
        return one
    every = " UNION ALL ".join(f"SELECT * FROM ({one}) AS of{number}" for number in range(types))
    return f"{every} ORDER BY sort DESC, public_id DESC LIMIT {limit}"


def _cut(rows: Sequence[sql.Row], limit: int) -> _Cut:
    """So many of these rows, which are one more than fits where there is more."""
    cursor = cursor_at(rows[limit - 1][2], bytes(rows[limit - 1][0])) if len(rows) > limit else None
    return rows[:limit], cursor


def found(
    reader: Reader,
    asked: Sequence[str],
    *,
    slots: Collection[Slot],
    period: Period = ALWAYS,
    limit: int = 50,
    after: str | None = None,
    at: datetime,
) -> Page:
    """A page of what says all of these words (folded; the last may be a beginning), newest first. Raises BadCursor.

    Words are sought in the very body that the reader is served.
    """
    start, behind = [*reader_key(reader, at), *[proxy_pattern(reader)] * 2], _behind(slots, period, after)
    parts = wording.parts(asked)
    statement = _finding(connection.vendor, len(parts), period != ALWAYS, int(limit) + 1)
    rows, cursor = _cut(current_rows(reader, statement, [*parts, *start, *parts, *behind], at), limit)
    return Page(served(reader, rows, at), cursor)


@lru_cache(maxsize=256)
def _finding(vendor: str, words: int, is_dated: bool, limit: int) -> str:
    """The statement of a search. First what the words of any rendering say, which reads the words' own table alone."""
    maybe, surely = (
        " AND ".join([WITHIN[vendor].format(text=text)] * words) for text in ("coalesce(q.all_words, q.words)", SAYS)
    )
    behind = BEHIND.replace("t.", "q.") + (" AND t.has_date" if is_dated else "")
    return FOUND.format(maybe=maybe, surely=surely, behind=behind, limit=limit)


def cursor_at(sort: int, public_id: bytes) -> str:
    """The cursor behind an entry: only what the reader has seen of it."""
    return base64.urlsafe_b64encode(sort.to_bytes(8, "big", signed=True) + public_id).decode().rstrip("=")


def _position(after: str | None) -> tuple[int, bytes]:
    if after is None:
        return NEWEST
    try:
        raw = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    if len(raw) != 24:
        raise BadCursor
    return int.from_bytes(raw[:8], "big", signed=True), raw[8:]


def entry(reader: Reader, public_id: UUID, *, at: datetime) -> ServedEntry | None:
    """One entry by its outside id; None where the reader may not see it, exists or not."""
    pattern = proxy_pattern(reader)
    rows = current_rows(reader, BY_ID, [*reader_key(reader, at), pattern, pattern, public_id.bytes], at)
    return next(iter(served(reader, rows, at)), None)


def with_outcome(reader: Reader, *, since: datetime, at: datetime) -> frozenset[str]:
    """The samples and requests ("Type/id") that a visible report or result of since then names.

    Only what this reader sees counts: a result that is hidden, or not filed, changes nothing here.
    """
    pattern = proxy_pattern(reader)
    rows = current_rows(reader, OUTCOMES, [*reader_key(reader, at), pattern, pattern, to_micros(since)], at)
    return frozenset().union(*(links.named(bytes(refs)) for (refs,) in rows))
