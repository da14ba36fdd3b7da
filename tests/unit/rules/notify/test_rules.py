"""Quiet hours, the daily message, and trying again, against what a person with a clock on the wall would say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.kit.london import LONDON
from openrecord.notify.rules import ATTEMPTS, after_quiet, again_at, first_at, lives_until
from openrecord.notify.types import Pace

MINUTE = timedelta(minutes=1)
INSTANTS = st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + minutes * MINUTE)


def _is_quiet(at: datetime) -> bool:
    return at.astimezone(LONDON).hour in {22, 23, 0, 1, 2, 3, 4, 5}


@given(INSTANTS)
def test_the_first_moment_that_is_not_quiet(at: datetime) -> None:
    waited = at
    while _is_quiet(waited):
        waited += MINUTE
    assert after_quiet(at) == waited
    assert first_at(at, Pace.AT_ONCE) == waited


@given(INSTANTS)
def test_what_has_not_arrived_before_the_night_never_does(at: datetime) -> None:
    waited = at + MINUTE
    while (waited.astimezone(LONDON).hour, waited.astimezone(LONDON).minute) != (22, 0):
        waited += MINUTE
    assert lives_until(at) == waited


@given(INSTANTS)
def test_once_a_day_is_at_eight_in_the_morning(at: datetime) -> None:
    waited = at
    while (waited.astimezone(LONDON).hour, waited.astimezone(LONDON).minute) != (8, 0):
        waited += MINUTE
    assert first_at(at, Pace.DAILY) == waited


@pytest.mark.parametrize(
    ("told", "first"),
    [
        ("2025-01-10T21:59:59", "2025-01-10T21:59:59"),
        ("2025-01-10T22:00:00", "2025-01-11T06:00:00"),
        ("2025-01-11T05:59:59", "2025-01-11T06:00:00"),
        ("2025-01-11T06:00:00", "2025-01-11T06:00:00"),
        ("2025-07-10T21:00:00", "2025-07-11T05:00:00"),
        ("2025-03-29T23:00:00", "2025-03-30T05:00:00"),
        ("2025-10-25T21:30:00", "2025-10-26T06:00:00"),
    ],
)
def test_the_edges_also_when_the_clocks_change(told: str, first: str) -> None:
    at = datetime.fromisoformat(told).replace(tzinfo=UTC)
    assert after_quiet(at) == datetime.fromisoformat(first).replace(tzinfo=UTC)


def test_nobody_is_told_who_does_not_want_to_be() -> None:
    with pytest.raises(ValueError, match="told"):
        first_at(datetime(2025, 1, 1, tzinfo=UTC), Pace.OFF)


def test_it_is_tried_again_later_and_later_and_then_given_up() -> None:
    at = datetime(2025, 1, 10, 9, 0, tzinfo=UTC)
    waits = [again_at(at, attempts) for attempts in range(1, ATTEMPTS)]
    found = [wait - at for wait in waits if wait is not None]
    assert len(found) == ATTEMPTS - 1
    assert found == sorted(set(found))
    assert again_at(at, ATTEMPTS) is None
    assert again_at(at.replace(hour=21, minute=58), 2) == datetime(2025, 1, 11, 6, 0, tzinfo=UTC)
