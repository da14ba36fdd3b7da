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
    assert retention(left, died=False, noted=None) == expected
    assert retention(left, died=False, noted=DIED) == expected, "a death that was taken back counts for nothing"
    assert retention(tuple(reversed(left)), died=False, noted=None) == expected


def test_ten_years_after_the_death_became_known_or_the_registration_ended() -> None:
    for end, begins in ((None, DIED), (date(2009, 1, 1), DIED), (date(2011, 3, 4), date(2011, 3, 4))):
        found = retention((stay(HERE, date(2000, 1, 1), end),), died=True, noted=DIED)
        assert found == Retention(HERE, Since.DEATH, begins, begins.replace(year=begins.year + 10))


@pytest.mark.parametrize(
    ("stays", "died", "noted"),
    [
        ((), False, None),
        ((), True, DIED),
        ((stay(HERE, date(1900, 1, 1)),), False, None),
        ((stay(HERE, date(1900, 1, 1), date(1901, 1, 1)), stay(THERE, date(1900, 1, 1))), False, None),
        ((stay(HERE, date(1900, 1, 1), date(1901, 1, 1)),), True, None),
    ],
)
def test_what_is_not_known_ends_no_period(stays: tuple[Registration, ...], died: bool, noted: date | None) -> None:
    assert retention(stays, died=died, noted=noted) is None


def test_who_had_the_patient_last_when_two_began_on_one_day() -> None:
    day, short, long = date(1900, 1, 1), date(1901, 1, 1), date(1902, 1, 1)
    for one, two in ((HERE, THERE), (THERE, HERE)):
        found = retention((stay(one, day, long), stay(two, day, short)), died=False, noted=None)
        assert found is not None
        assert found.ods == one
    still = retention((stay(HERE, day), stay(THERE, day, long)), died=True, noted=DIED)
    assert still is not None
    assert still.ods == HERE


@given(st.lists(st.tuples(DAYS, st.integers(0, 30_000)), min_size=1, max_size=4), st.none() | DAYS)
def test_no_period_ends_before_its_years_are_over(every: list[tuple[date, int]], noted: date | None) -> None:
    stays = tuple(stay(HERE, start, start + timedelta(days=days)) for start, days in every)
    found = retention(stays, died=noted is not None, noted=noted)
    assert found is not None
    latest = max(one.end for one in stays if one.end is not None)
    assert found.begins == max(latest, noted or latest)
    assert found.ends.year - found.begins.year == YEARS[found.since]
    assert found.since is (Since.LEFT if noted is None else Since.DEATH)
