"""Search parameters: from the words of a request to one Search. Pure.

Strict: what is not understood is refused, unless the request asked for lenient handling. Dates compare with the
earliest instant that an entry's date can mean; days begin at midnight in Europe/London.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from openrecord.clinical.dates import InvalidDate, earliest
from openrecord.fhir.cursors import NEWEST, position
from openrecord.fhir.types import CATEGORIES, CATEGORY_SYSTEMS, DATE_PARAMETERS, SERVED, BadRequest, Issue, Search
from openrecord.kit.instants import to_micros

DEFAULT_COUNT = 50
MOST_COUNT = 250
MOST_IDS = 100
NOBODY = bytes(16)
"""A patient id that no patient has."""

_DATE = re.compile(
    r"(eq|ge|gt|le|lt)?(\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?)",
    re.ASCII,
)
_COUNT = re.compile(r"[0-9]{1,9}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TOKEN_PATIENT = re.compile(r"(?:(?P<base>.+)/)?Patient/(?P<id>[^/]+)|(?P<bare>[^/]+)")


@dataclass(slots=True)
class _Growing:
    """The search while its parameters are read."""

    fhir_type: str
    base: str
    slots: int
    position: tuple[int, bytes] = NEWEST
    until: int = NEWEST[0]
    since: int = -NEWEST[0]
    count: int = DEFAULT_COUNT
    patient: bytes | None = None
    ids: frozenset[bytes] | None = None
    is_dated: bool = False
    updated: tuple[int, int] | None = None
    used: list[tuple[str, str]] = field(default_factory=list)


def public_id(text: str) -> bytes | None:
    """The 16 bytes of an id as we hand them out, None where it is none of ours."""
    return UUID(text).bytes if _UUID.fullmatch(text) else None


def understand(fhir_type: str, pairs: Iterable[tuple[str, str]], *, base: str, lenient: bool) -> Search:
    """The search that these parameters ask for. `base`: the address of this server's FHIR root.

    Raises BadRequest for what is unknown (unless lenient), malformed, or given twice where once counts.
    """
    grown = _Growing(fhir_type, base, SERVED[fhir_type])
    seen: set[str] = set()
    for name, value in pairs:
        read = _reader_of(fhir_type, name)
        if read is None:
            if lenient:
                continue
            raise BadRequest(Issue.UNSUPPORTED)
        if name in seen and name in _ONCE:
            raise BadRequest(Issue.INVALID, name)
        seen.add(name)
        if not value:
            raise BadRequest(Issue.INVALID, name)
        read(grown, value)
        grown.used.append((name, value))
    return Search(
        fhir_type,
        grown.slots,
        min(grown.position, (grown.until, b"")),
        grown.since,
        grown.count,
        grown.patient,
        None if grown.ids is None else tuple(sorted(grown.ids)),
        grown.is_dated,
        grown.updated,
        tuple(grown.used),
    )


def _reader_of(fhir_type: str, name: str) -> Callable[[_Growing, str], None] | None:
    if name == DATE_PARAMETERS.get(fhir_type):
        return _read_date
    if name == "category" and fhir_type not in CATEGORIES:
        return None
    return _READERS.get(name)


def _read_patient(grown: _Growing, value: str) -> None:
    match = _TOKEN_PATIENT.fullmatch(value)
    ours = match is not None and match["base"] in {None, grown.base}
    found = public_id(match["id"] or match["bare"]) if match is not None and ours else None
    grown.patient = found or NOBODY


def _read_ids(grown: _Growing, value: str) -> None:
    texts = value.split(",")
    if len(texts) > MOST_IDS:
        raise BadRequest(Issue.INVALID, "_id")
    grown.ids = frozenset(found for found in map(public_id, texts) if found is not None)


def _read_category(grown: _Growing, value: str) -> None:
    known = CATEGORIES[grown.fhir_type]
    wanted = 0
    for token in value.split(","):
        system, bar, code = token.rpartition("|")
        if bar and system != CATEGORY_SYSTEMS[grown.fhir_type]:
            continue
        slots = known.values() if bar and not code else [known[code]] if code in known else []
        wanted |= sum(1 << slot for slot in slots)
    grown.slots &= wanted


def _read_count(grown: _Growing, value: str) -> None:
    if not _COUNT.fullmatch(value) or int(value) == 0:
        raise BadRequest(Issue.INVALID, "_count")
    grown.count = min(int(value), MOST_COUNT)


def _read_cursor(grown: _Growing, value: str) -> None:
    grown.position = position(value)


def _read_date(grown: _Growing, value: str) -> None:
    first, last = _bounds(value)
    grown.since = max(grown.since, first)
    grown.until = min(grown.until, last)
    grown.is_dated = True


def _read_updated(grown: _Growing, value: str) -> None:
    first, last = _bounds(value)
    before = grown.updated or (-NEWEST[0], NEWEST[0])
    grown.updated = (max(before[0], first), min(before[1], last))


def _read_format(_grown: _Growing, value: str) -> None:
    check_format(value)


def check_format(value: str) -> None:
    """Raises BadRequest for a `_format` other than JSON."""
    if value.partition(";")[0].replace(" ", "+") not in {"json", "application/json", "application/fhir+json"}:
        raise BadRequest(Issue.NOT_ACCEPTABLE)


_READERS: dict[str, Callable[[_Growing, str], None]] = {
    "patient": _read_patient,
    "_id": _read_ids,
    "category": _read_category,
    "_count": _read_count,
    "_cursor": _read_cursor,
    "_lastUpdated": _read_updated,
    "_format": _read_format,
}
_ONCE = frozenset({"patient", "_id", "_count", "_cursor", "_format"})


def _bounds(value: str) -> tuple[int, int]:
    """The instants (microseconds, the second exclusive) between which an entry's date must lie."""
    match = _DATE.fullmatch(value.replace(" ", "+"))
    if match is None:
        raise BadRequest(Issue.INVALID, "date")
    try:
        first, after = to_micros(earliest(match[2])), _after(match[2])
    except InvalidDate as error:
        raise BadRequest(Issue.INVALID, "date") from error
    end = NEWEST[0]
    return {
        "eq": (first, after),
        "ge": (first, end),
        "gt": (after, end),
        "le": (-end, after),
        "lt": (-end, first),
    }[match[1] or "eq"]


def _after(text: str) -> int:
    """The first instant that `text` does not mean any more: the next year, month, day, minute, second, …"""
    year, month = int(text[:4]), int(text[5:7] or 12)
    if len(text) <= 7:
        following = date(year + month // 12, month % 12 + 1, 1) if year + month // 12 < 10000 else None
    elif len(text) == 10:
        day = date.fromisoformat(text)
        following = day + timedelta(days=1) if day != date.max else None
    else:
        return to_micros(earliest(text)) + _step(text[10:])
    return NEWEST[0] if following is None else to_micros(earliest(following.isoformat()))


def _step(time: str) -> int:
    """How long the last written part of a time lasts, in microseconds."""
    clock = re.split(r"[Z+-]", time, maxsplit=1)[0]
    _, dot, fraction = clock.partition(".")
    if dot:
        return int(10 ** (6 - len(fraction)))
    return 1_000_000 if clock.count(":") == 2 else 60_000_000
