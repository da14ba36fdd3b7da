"""Buckets: a burst, then the rate, never more than the burst again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web import limits
from openrecord.web.limits import Limiter, Rate, take

RATE = Rate("test", burst=3, per_second=0.5)
START = datetime(2024, 3, 3, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_burst_is_allowed_and_then_no_more() -> None:
    limiter = Limiter()
    assert [limiter.allows(RATE, "a", at=START) for _ in range(4)] == [True, True, True, False]
    assert limiter.allows(RATE, "b", at=START)
    assert limiter.allows(Rate("other", 3, 0.5), "a", at=START)


def test_waiting_earns_calls_at_the_rate() -> None:
    limiter = Limiter()
    for _ in range(3):
        limiter.allows(RATE, "a", at=START)
    assert not limiter.allows(RATE, "a", at=START + SECOND)
    assert limiter.allows(RATE, "a", at=START + 2 * SECOND)
    assert not limiter.allows(RATE, "a", at=START + 3 * SECOND)


def test_who_was_refused_may_call_again_after_the_time_that_is_told() -> None:
    for rate in (limits.PAGES, limits.ADDRESS, limits.SIGN_IN, limits.FIND_PATIENT, limits.TOKEN, limits.GUESS):
        limiter = Limiter()
        while limiter.allows(rate, "a", at=START):
            pass
        assert limiter.allows(rate, "a", at=START + rate.retry_after * SECOND)


def test_guessing_is_slowed_harder_than_use() -> None:
    assert limits.GUESS.burst * 10 <= limits.TOKEN.burst
    assert limits.GUESS.per_second * 10 <= limits.TOKEN.per_second <= limits.ADDRESS.per_second


def test_a_clock_that_goes_back_earns_nothing_and_locks_nobody_out() -> None:
    limiter = Limiter()
    for _ in range(3):
        limiter.allows(RATE, "a", at=START)
    assert not limiter.allows(RATE, "a", at=START - timedelta(days=1))
    assert limiter.allows(RATE, "a", at=START - timedelta(days=1) + 2 * SECOND)


def test_the_oldest_bucket_is_forgotten_first() -> None:
    limiter = Limiter(capacity=2)
    for who in ("a", "a", "a", "b", "c"):
        limiter.allows(RATE, who, at=START)
    assert limiter.allows(RATE, "a", at=START)


def test_asking_whether_a_bucket_is_spent_counts_nothing() -> None:
    limiter = Limiter()
    for allowed in (True, True, True, False):
        assert limiter.is_spent(RATE, "a", at=START) is not allowed
        assert limiter.allows(RATE, "a", at=START) is allowed
    assert not limiter.is_spent(RATE, "a", at=START + 2 * SECOND)
    assert limiter.knows(RATE, "a")
    assert not limiter.knows(RATE, "b")


@pytest.mark.parametrize("start", [0.0, 1_772_442_000.25])
@given(waits=st.lists(st.floats(min_value=0, max_value=100), max_size=60))
def test_never_more_than_the_burst_and_what_time_earned(start: float, waits: list[float]) -> None:
    full, moment, allowed = 0.0, start, 0
    for wait in waits:
        moment += wait
        full, yes = take(full, RATE, moment)
        allowed += yes
        assert full - moment <= RATE.burst / RATE.per_second + 1e-6
    assert allowed <= RATE.burst + (moment - start) * RATE.per_second + 1e-5
