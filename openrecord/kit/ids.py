"""Identifiers: time-ordered inside, random outside.

Inside, a UUIDv7 keeps index pages warm; outside, a random UUID tells nothing and cannot be guessed.
"""

import os
from collections.abc import Callable
from uuid import UUID

from openrecord.kit import clock
from openrecord.kit.instants import to_micros

_random_bytes: Callable[[int], bytes] = os.urandom

TYPEABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

_VERSION_7 = 0x7 << 76
_VERSION_4 = 0x4 << 76
_VARIANT = 0b10 << 62
_RANDOM_PART = ~((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1)


def use_random(source: Callable[[int], bytes] | None) -> None:
    """Draw bytes from `source` (a reproducible generator in tests); None restores the system's."""
    global _random_bytes
    _random_bytes = source or os.urandom


def _front() -> int:
    """All of a UUIDv7 that is not random, now."""
    millis = to_micros(clock.now()) // 1000
    return (millis & ((1 << 48) - 1)) << 80 | _VERSION_7 | _VARIANT


def _time_ordered() -> int:
    return _front() | (int.from_bytes(_random_bytes(10)) & _RANDOM_PART)


def time_ordered_id() -> UUID:
    """A UUIDv7 (RFC 9562): milliseconds since 1970 in front, 74 random bits behind."""
    return UUID(int=_time_ordered())


def time_ordered_bytes() -> bytes:
    """The 16 bytes of a UUIDv7, for rows that nobody names."""
    return _time_ordered().to_bytes(16)


def many_time_ordered_bytes(count: int) -> list[bytes]:
    """So many of them at the price of one look at the clock and one draw."""
    front, drawn = _front(), _random_bytes(10 * count)
    parts = (int.from_bytes(drawn[start : start + 10]) & _RANDOM_PART for start in range(0, 10 * count, 10))
    return [(front | part).to_bytes(16) for part in parts]


def spelt(raw: bytes) -> str:
    """The 16 bytes of a UUID as people and addresses write it."""
    return str(UUID(bytes=raw))


def random_id() -> UUID:
    """A random UUID (version 4) for use outside."""
    value = int.from_bytes(_random_bytes(16))
    return UUID(int=(value & ~((0xF << 76) | (0b11 << 62))) | _VERSION_4 | _VARIANT)


def random_number() -> int:
    """A positive 63-bit random number, for internal patient and practice keys."""
    return int.from_bytes(_random_bytes(8)) >> 1 or 1


def random_code() -> str:
    """A secret of 60 bits that people can read and type: 12 digits and letters, none of them easily mistaken."""
    value = int.from_bytes(_random_bytes(8))
    return "".join(TYPEABLE[value >> 5 * place & 31] for place in range(12))


def random_token() -> str:
    """A secret of 256 bits, as 64 hexadecimal characters."""
    return _random_bytes(32).hex()
