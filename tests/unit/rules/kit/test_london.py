"""Days turn at midnight in London, whatever UTC says (R67); birthdays as the law counts them (QUESTIONS 14)."""

from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.kit.london import birthday, day_of, midnight
from tests.unit.rules.facts import TICK, utc


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2024, 1, 15), "2024-01-15T00:00"),
        (date(2024, 7, 15), "2024-07-14T23:00"),
        (date(2024, 3, 31), "2024-03-31T00:00"),
        (date(2024, 4, 1), "2024-03-31T23:00"),
        (date(2024, 10, 27), "2024-10-26T23:00"),
        (date(2024, 10, 28), "2024-10-28T00:00"),
    ],
)
def test_a_day_begins_at_its_london_midnight_also_when_the_clocks_change(day: date, begins: str) -> None:
    assert midnight(day) == utc(begins)
    assert midnight(day).tzinfo is UTC


def test_the_last_microsecond_of_a_summer_day_belongs_to_it() -> None:
    assert day_of(utc("2024-07-14T23:00") - TICK) == date(2024, 7, 14)
    assert day_of(utc("2024-07-14T23:00")) == date(2024, 7, 15)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_an_instant_belongs_to_the_day_whose_midnight_it_has_reached(day: date) -> None:
    assert day_of(midnight(day)) == day
    assert day_of(midnight(day) - TICK) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2008, 6, 30), 16, date(2024, 6, 30)),
        (date(2008, 2, 29), 16, date(2024, 2, 29)),
        (date(2008, 2, 29), 11, date(2019, 3, 1)),
        (date(2008, 2, 28), 11, date(2019, 2, 28)),
        (date(2009, 2, 28), 11, date(2020, 2, 28)),
    ],
)
def test_a_birthday_on_29_february_is_on_1_march_only_in_years_without_one(born: date, age: int, day: date) -> None:
    assert birthday(born, age) == day
