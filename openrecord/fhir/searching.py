"""Search parameters: from the words of a request to one Search. Pure.

Strict: what is not understood is refused, unless the request asked for lenient handling. Dates compare with the
earliest instant that an entry's date can mean, so that "starts after" is "later" and "ends before" is "earlier"; days
begin at midnight in Europe/London.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial
from uuid import UUID

from openrecord.clinical.dates import InvalidDate, earliest
from openrecord.clinical.r4.tokens import part
from openrecord.fhir.cursors import NEWEST, position
from openrecord.fhir.media import is_json
from openrecord.fhir.types import (
    CATEGORIES,
    CATEGORY_SYSTEMS,
    CODE_PARAMETERS,
    DATE_PARAMETERS,
    SERVED,
    WITHOUT_SUBJECT,
    BadRequest,
    Issue,
    Search,
)
from openrecord.kit.instants import to_micros

DEFAULT_COUNT = 50
MOST_COUNT = 250
MOST_IDS = 100
MOST_CODES = 100
MOST_CODE_PARAMETERS = 4
NOBODY = bytes(16)
"""A patient id that no patient has."""

_DATE = re.compile(
    r"(eq|ne|ge|gt|le|lt|sa|eb|ap)?"
    r"(\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?)",
    re.ASCII,
)
_OTHER_PREFIXES = frozenset({"ne", "ap"})
_COUNT = re.compile(r"[0-9]{1,9}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TEXT = r"(?:[^\\,|\x00-\x1f]|\\[\\,|$])*"
_TOKEN = re.compile(rf"(?:({_TEXT})(\|))?({_TEXT})(?:,|\Z)")
_ESCAPED = re.compile(r"\\([\\,|$])")
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
    codes: list[tuple[str, ...]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def public_id(text: str) -> bytes | None:
    """The 16 bytes of an id as we hand them out, None where it is none of ours."""
    return UUID(text).bytes if _UUID.fullmatch(text) else None


def understand(fhir_type: str, pairs: Iterable[tuple[str, str]], *, base: str, lenient: bool) -> Search:
    """The search that these parameters ask for. `base`: the address of this server's FHIR root.

    Raises BadRequest for what is unknown (unless lenient), malformed, or given twice where once counts.
    """
    grown = _Growing(fhir_type, base, SERVED[fhir_type])
    used = kept(pairs, partial(_read, grown), lenient=lenient)
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
        tuple(grown.codes),
        tuple(used),
    )


def kept(pairs: Iterable[tuple[str, str]], read: Callable[[str, str], None], *, lenient: bool) -> list[tuple[str, str]]:
    """The parameters that `read` takes; for others it raises BadRequest, which lenient handling passes over."""
    used = []
    for name, value in pairs:
        try:
            read(name, value)
        except BadRequest as error:
            if lenient and error.issue is Issue.UNSUPPORTED:
                continue
            raise
        used.append((name, value))
    return used


def _read(grown: _Growing, name: str, value: str) -> None:
    read = _reader_of(grown.fhir_type, name)
    if read is None:
        check_usual(name, value)
        return
    if not value or (name in grown.seen and name in _ONCE):
        raise BadRequest(Issue.INVALID, name)
    grown.seen.add(name)
    read(grown, value)


def _reader_of(fhir_type: str, name: str) -> Callable[[_Growing, str], None] | None:
    if name == DATE_PARAMETERS.get(fhir_type):
        return _read_date
    if name in CODE_PARAMETERS[fhir_type]:
        return partial(_read_codes, name=name)
    if (name == "category" and fhir_type not in CATEGORIES) or (name == "subject" and fhir_type in WITHOUT_SUBJECT):
        return None
    return _READERS.get(name)


def _read_patient(grown: _Growing, value: str) -> None:
    match = _TOKEN_PATIENT.fullmatch(value)
    ours = match is not None and match["base"] in {None, grown.base}
    found = (public_id(match["id"] or match["bare"]) if match is not None and ours else None) or NOBODY
    grown.patient = found if grown.patient in {None, found} else NOBODY


def ids_of(value: str) -> frozenset[bytes]:
    """The ids of a list that are of our form. Raises BadRequest for more than MOST_IDS."""
    texts = value.split(",")
    if len(texts) > MOST_IDS:
        raise BadRequest(Issue.INVALID, "_id")
    return frozenset(found for found in map(public_id, texts) if found is not None)


def count_of(value: str) -> int:
    """How many entries a page shall have, MOST_COUNT at most. Raises BadRequest, also for 0: totals are not told."""
    if not _COUNT.fullmatch(value):
        raise BadRequest(Issue.INVALID, "_count")
    if int(value) == 0:
        raise BadRequest(Issue.UNSUPPORTED, "_count")
    return min(int(value), MOST_COUNT)


def _read_ids(grown: _Growing, value: str) -> None:
    grown.ids = ids_of(value)


def _read_category(grown: _Growing, value: str) -> None:
    known = CATEGORIES[grown.fhir_type]
    wanted = 0
    for system, code in tokens_of(value, "category"):
        if system not in {None, CATEGORY_SYSTEMS[grown.fhir_type]}:
            continue
        for mask in known.values() if code is None else [known.get(code, 0)]:
            wanted |= mask
    grown.slots &= wanted


def _read_codes(grown: _Growing, value: str, *, name: str) -> None:
    if len(grown.codes) == MOST_CODE_PARAMETERS:
        raise BadRequest(Issue.INVALID, name)
    mark = CODE_PARAMETERS[grown.fhir_type][name]
    grown.codes.append(tuple(part(mark, system, code) for system, code in tokens_of(value, name)))


@lru_cache(maxsize=512)
def tokens_of(value: str, name: str) -> tuple[tuple[str | None, str | None], ...]:
    """The (system, code) of each token of a list (FHIR R4, search by token). None: any; an empty system: none.

    Raises BadRequest, about the parameter of this name, for what is no list of at most MOST_CODES tokens.
    """
    found: list[tuple[str | None, str | None]] = []
    place = 0
    while place < len(value):
        match = _TOKEN.match(value, place)
        if match is None or len(found) == MOST_CODES:
            raise BadRequest(Issue.INVALID, name)
        system, bar, code = match.groups()
        if not code and not system:
            raise BadRequest(Issue.INVALID, name)
        found.append((_ESCAPED.sub(r"\1", system) if bar else None, _ESCAPED.sub(r"\1", code) or None))
        place = match.end()
    return tuple(found)


def _read_count(grown: _Growing, value: str) -> None:
    grown.count = count_of(value)


def _read_cursor(grown: _Growing, value: str) -> None:
    grown.position = position(value)


def _read_date(grown: _Growing, value: str) -> None:
    first, last = _bounds(value, DATE_PARAMETERS[grown.fhir_type])
    grown.since = max(grown.since, first)
    grown.until = min(grown.until, last)
    grown.is_dated = True


def _read_updated(grown: _Growing, value: str) -> None:
    first, last = _bounds(value, "_lastUpdated")
    before = grown.updated or (-NEWEST[0], NEWEST[0])
    grown.updated = (max(before[0], first), min(before[1], last))


def check_usual(name: str, value: str) -> None:
    """Raises BadRequest, unless the parameter is known to every interaction and asks for what is done anyway."""
    if name == "_format":
        if not is_json(value):
            raise BadRequest(Issue.NOT_ACCEPTABLE)
    elif name not in _USUAL:
        raise BadRequest(Issue.UNSUPPORTED)
    elif _USUAL[name] not in {None, value}:
        raise BadRequest(Issue.UNSUPPORTED, name)


_USUAL: dict[str, str | None] = {"_pretty": None, "_summary": "false", "_total": "none"}
"""Parameters about the form of an answer, and the value that asks for nothing else (None: any)."""


def _read_sort(grown: _Growing, value: str) -> None:
    dated = DATE_PARAMETERS.get(grown.fhir_type)
    if dated is None or value != f"-{dated}":
        raise BadRequest(Issue.UNSUPPORTED, "_sort")


_READERS: dict[str, Callable[[_Growing, str], None]] = {
    "patient": _read_patient,
    "subject": _read_patient,
    "_id": _read_ids,
    "category": _read_category,
    "_count": _read_count,
    "_cursor": _read_cursor,
    "_lastUpdated": _read_updated,
    "_sort": _read_sort,
}
_ONCE = frozenset({"_id", "_count", "_cursor", "_sort"})


def _bounds(value: str, name: str) -> tuple[int, int]:
    """The instants (microseconds, the second exclusive) between which an entry's date must lie."""
    match = _DATE.fullmatch(value.replace(" ", "+"))
    if match is None:
        raise BadRequest(Issue.INVALID, name)
    if match[1] in _OTHER_PREFIXES:
        raise BadRequest(Issue.UNSUPPORTED, name)
    try:
        first, after = to_micros(earliest(match[2])), _after(match[2])
    except InvalidDate as error:
        raise BadRequest(Issue.INVALID, name) from error
    end = NEWEST[0]
    spans = {
        "eq": (first, after),
        "ge": (first, end),
        "gt": (after, end),
        "sa": (after, end),
        "le": (-end, after),
        "lt": (-end, first),
        "eb": (-end, first),
    }
    return spans[match[1] or "eq"]


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
