"""When a record has been kept long enough: never too early, and at the practice that had the patient last."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.registry.rules.retention import YEARS, Retention, Since, retention
from openrecord.registry.types import OdsCode, Registration

HERE, THERE = OdsCode("Y1"), OdsCode("Y2")
DIED = date(2010, 2, 1)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def stay(ods: OdsCode, start: date, end: date | None = None) -> Registration:
    return Registration(ods, start, end)


def test_a_hundred_years_after_the_patient_left() -> None:
    left = (stay(THERE, date(1900, 1, 1), date(1910, 1, 1)), stay(HERE, date(1910, 1, 1), date(1924, 2, 29)))
    expected = Retention(HERE, Since.LEFT, date(1924, 2, 29), date(2024, 2, 29))
    assert retention(left, None) == expected
    assert retention(tuple(reversed(left)), None) == expected


def test_ten_years_after_the_death_became_known_or_the_registration_ended() -> None:
    for end, begins in ((None, DIED), (date(2009, 1, 1), DIED), (date(2011, 3, 4), date(2011, 3, 4))):
        found = retention((stay(HERE, date(2000, 1, 1), end),), DIED)
        assert found == Retention(HERE, Since.DEATH, begins, begins.replace(year=begins.year + 10))


@pytest.mark.parametrize(
    "stays",
    [
        (),
        (stay(HERE, date(1900, 1, 1)),),
        (stay(HERE, date(1900, 1, 1), date(1901, 1, 1)), stay(THERE, date(1900, 1, 1))),
    ],
)
def test_no_period_begins_while_somebody_is_registered(stays: tuple[Registration, ...]) -> None:
    assert retention(stays, None) is None


def test_who_was_registered_nowhere_has_no_period() -> None:
    assert retention((), DIED) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((date(1910, 1, 1), date(1920, 1, 1)), (date(1900, 1, 1), date(1950, 1, 1))),
        ((date(1900, 1, 1), date(1902, 1, 1)), (date(1900, 1, 1), date(1901, 1, 1))),
        ((date(1900, 1, 1), None), (date(1900, 1, 1), date(1901, 1, 1))),
    ],
)
def test_the_practice_that_had_the_patient_last(one: tuple[date, date], two: tuple[date, date]) -> None:
    """Where the newest registration was; of two of one day the one that ended later."""
    for last, other in ((HERE, THERE), (THERE, HERE)):
        for stays in ((stay(last, *one), stay(other, *two)), (stay(other, *two), stay(last, *one))):
            found = retention(stays, DIED)
            assert found is not None
            assert found.ods == last


def test_of_two_practices_with_the_same_days_it_is_always_the_same_one() -> None:
    both = [stay(ods, date(1900, 1, 1), date(1901, 1, 1)) for ods in (HERE, THERE)]
    assert retention(both, None) == retention(both[::-1], None)


@given(st.lists(st.tuples(DAYS, st.integers(0, 30_000)), min_size=1, max_size=4), st.none() | DAYS)
def test_no_period_ends_before_its_years_are_over(every: list[tuple[date, int]], noted: date | None) -> None:
    stays = tuple(stay(HERE, start, start + timedelta(days=days)) for start, days in every)
    found = retention(stays, noted)
    assert found is not None
    latest = max(one.end for one in stays if one.end is not None)
    assert found.begins == max(latest, noted or latest)
    assert found.ends.year - found.begins.year == YEARS[found.since]
    assert found.since is (Since.LEFT if noted is None else Since.DEATH)
