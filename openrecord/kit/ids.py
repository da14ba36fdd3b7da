"""Identifiers: time-ordered inside, random outside.

Inside, a UUIDv7 keeps index pages warm; outside, a random UUID tells nothing and cannot be guessed.
"""

import secrets
import time
from collections.abc import Callable
from uuid import UUID

_random_bits: Callable[[int], int] = secrets.randbits


def use_random(source: Callable[[int], int] | None) -> None:
    """Draw bits from `source` (a reproducible generator in tests); None restores the system's."""
    global _random_bits
    _random_bits = source or secrets.randbits


def time_ordered_id() -> UUID:
    """A UUIDv7 (RFC 9562): milliseconds since 1970 in front, 74 random bits behind."""
    millis = time.time_ns() // 1_000_000
    value = (millis & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= _random_bits(12) << 64
    value |= 0b10 << 62
    value |= _random_bits(62)
    return UUID(int=value)


def random_id() -> UUID:
    """A random UUID (version 4) for use outside."""
    value = _random_bits(128)
    value = (value & ~(0xF << 76)) | (0x4 << 76)
    value = (value & ~(0b11 << 62)) | (0b10 << 62)
    return UUID(int=value)


def random_number() -> int:
    """A positive 63-bit random number, for internal patient and practice keys."""
    return _random_bits(63) or 1


def random_token() -> str:
    """A secret of 256 bits, as 64 hexadecimal characters."""
    return f"{_random_bits(256):064x}"
