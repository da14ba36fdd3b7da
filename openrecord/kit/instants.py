"""Instants as whole microseconds since 1970 UTC: how hot tables store time, the same on every database."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (instant - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)
def from_micros(micros: int) -> datetime:
    """The aware UTC datetime of a number of microseconds since 1970; kept, because all of a report has one instant."""
    return _EPOCH + timedelta(microseconds=micros)


def to_micros_or_none(instant: datetime | None) -> int | None:
    """`to_micros`, None for None."""
    return None if instant is None else (instant - _EPOCH) // _MICROSECOND


def from_micros_or_none(micros: int | None) -> datetime | None:
    """`from_micros`, None for None."""
    return None if micros is None else from_micros(micros)


@lru_cache(maxsize=64)
def micros_text(micros: int) -> bytes:
    """The instant as FHIR writes it, always 27 characters: 2023-11-01T00:00:00.000000Z."""
    return from_micros(micros).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()
