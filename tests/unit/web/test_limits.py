"""Token buckets: a burst, then the rate, never more than the burst again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from openrecord.web.limits import Bucket, Limiter, Rate, take

RATE = Rate("test", burst=3, per_second=0.5)
START = datetime(2024, 3, 3, 9, tzinfo=UTC)


def test_a_burst_is_allowed_and_then_no_more() -> None:
    limiter = Limiter()
    assert [limiter.allows(RATE, "a", at=START) for _ in range(4)] == [True, True, True, False]
    assert limiter.allows(RATE, "b", at=START)


def test_waiting_earns_calls_at_the_rate() -> None:
    limiter = Limiter()
    for _ in range(3):
        limiter.allows(RATE, "a", at=START)
    assert not limiter.allows(RATE, "a", at=START + timedelta(seconds=1))
    assert limiter.allows(RATE, "a", at=START + timedelta(seconds=3))


def test_a_clock_that_goes_back_earns_nothing() -> None:
    bucket, _ = take(Bucket(0.0, 100.0), RATE, 50.0)
    assert bucket.tokens == 0


def test_the_oldest_bucket_is_forgotten_first() -> None:
    limiter = Limiter(capacity=2)
    for who in ("a", "a", "a", "b", "c"):
        limiter.allows(RATE, who, at=START)
    assert limiter.allows(RATE, "a", at=START)


@given(st.lists(st.floats(min_value=0, max_value=100), max_size=60))
def test_never_more_than_the_burst_and_what_time_earned(waits: list[float]) -> None:
    bucket, moment, allowed = None, 0.0, 0
    for wait in waits:
        moment += wait
        bucket, yes = take(bucket, RATE, moment)
        allowed += yes
        assert bucket.tokens <= RATE.burst
    assert allowed <= RATE.burst + moment * RATE.per_second + 1e-6
