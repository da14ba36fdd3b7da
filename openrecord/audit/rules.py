"""The arithmetic of the trail: encodings, hashes, Merkle roots. Pure; anyone can recompute it with other tools.

A seal's hash is SHA-256 over the compact UTF-8 JSON array [number, sealed at, source, column, ...] followed by the
previous seal's 32 bytes (zeros before the first). Instants are integer microseconds since 1970 UTC, ids and bytes
lower-case hexadecimal. A day's root is the RFC 6962 Merkle tree over the seals' hashes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode
from uuid import UUID

import orjson

from openrecord.clinical.nhs_number import is_valid

ZERO = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLAIN = frozenset({int, str, type(None)})
_IDENTIFYING = frozenset(
    {
        "address",
        "birthdate",
        "email",
        "family",
        "given",
        "identifier",
        "name",
        "phone",
        "phonetic",
        "telecom",
    }
)
_PARAMETER_PARTS = re.compile(r"[.:-]")
_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
MASKED = "*"


def microseconds(instant: datetime) -> int:
    """The instant as whole microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(micros: int) -> datetime:
    """The aware UTC datetime that `microseconds` came from."""
    return _EPOCH + timedelta(microseconds=micros)


def canonical_details(details: Mapping[str, str | int | None]) -> str:
    """Details as JSON with sorted keys and no spaces, so that equal details are equal text."""
    return orjson.dumps(dict(details), option=orjson.OPT_SORT_KEYS).decode()


def normalised_query(pairs: Iterable[tuple[str, str]]) -> str:
    """A query string with its parameters sorted; values that may identify a person are masked.

    Masked are parameters about names, numbers, births and addresses, and every value that contains an NHS number.
    """
    return urlencode(sorted((name, MASKED if _identifies(name, value) else value) for name, value in pairs), safe="*/|")


def _identifies(name: str, value: str) -> bool:
    if not _IDENTIFYING.isdisjoint(_PARAMETER_PARTS.split(name)):
        return True
    return any(is_valid(re.sub(r"[ -]", "", ten)) for ten in _TEN_DIGITS.findall(value))


def plain(row: Sequence[object]) -> list[int | str | None]:
    """A database row as the encoding takes it: integers, text, null; ids and bytes as hexadecimal."""
    return [value if type(value) in _PLAIN else _hexadecimal(value) for value in row]  # type: ignore[misc]


def _hexadecimal(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bytes | memoryview):
        return value.hex()
    raise TypeError(f"the trail holds no {type(value).__name__}")


def seal_hash(number: int, sealed_at: int, source: str, row: Sequence[int | str | None], previous: bytes) -> bytes:
    """The hash of one seal: over its number, its time, the row's columns in table order and the previous hash."""
    return sha256(orjson.dumps([number, sealed_at, source, *row]) + previous).digest()


class MerkleTree:
    """The Merkle tree hash of RFC 6962 section 2.1, leaf by leaf in logarithmic memory."""

    __slots__ = ("_complete",)

    def __init__(self) -> None:
        self._complete: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        size, node = 1, sha256(b"\x00" + leaf).digest()
        while self._complete and self._complete[-1][0] == size:
            node = sha256(b"\x01" + self._complete.pop()[1] + node).digest()
            size *= 2
        self._complete.append((size, node))

    def root(self) -> bytes:
        """The hash over all leaves so far; that of the empty string where there are none."""
        if not self._complete:
            return sha256().digest()
        node = self._complete[-1][1]
        for _, left in reversed(self._complete[:-1]):
            node = sha256(b"\x01" + left + node).digest()
        return node


def root_chain(number: int, day: date, first: int, last: int, tree: bytes, previous: bytes) -> bytes:
    """The chained hash of a daily root: over what it says, the tree and the previous root's chained hash."""
    return sha256(orjson.dumps([number, day.isoformat(), first, last]) + tree + previous).digest()
