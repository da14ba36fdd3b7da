"""When a request is due: month ends, leap years, London midnights, stopped clocks, extensions (R47, R48)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.caseload.rules.clock import clocks, due, is_overdue, months_after, urgency
from openrecord.caseload.types import Clock, Kind, Pause, Urgency, Wait
from openrecord.kit.london import midnight
from tests.unit.rules.caseload.facts import MADE, made
from tests.unit.rules.facts import TICK, utc

MONTH = Clock(1, 0, 2, frozenset(Wait), 7)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 3, 4), 1, date(2024, 4, 4)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 29), 1, date(2024, 2, 29)),
        (date(2023, 1, 29), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 1, date(2024, 3, 29)),
        (date(2024, 3, 31), 1, date(2024, 4, 30)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 1), 0, date(2024, 12, 1)),
    ],
)
def test_months_end_where_the_calendar_lets_them(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 40))
def test_a_later_month_is_found_by_counting_days(day: date, months: int) -> None:
    """A naive count: walk to the month, then back from its last day to the day asked for."""
    walked = day.replace(day=1)
    for _ in range(months):
        walked = (walked + timedelta(days=31)).replace(day=1)
    last = (walked + timedelta(days=31)).replace(day=1) - DAY
    while last.day > day.day:
        last -= DAY
    assert months_after(day, months) == last


def test_the_day_of_receipt_is_the_london_day() -> None:
    late = midnight(date(2024, 7, 15))
    assert due(made(at=late), MONTH, late) == date(2024, 8, 15)
    assert due(made(at=late - TICK), MONTH, late) == date(2024, 8, 14)


def test_what_came_by_letter_counts_from_the_day_it_came() -> None:
    assert due(made(received=date(2024, 1, 31)), MONTH, MADE) == date(2024, 2, 29)


def test_counting_may_begin_on_the_next_day() -> None:
    assert due(made(), Clock(1, 1, 0, frozenset(), 7), MADE) == date(2024, 4, 5)


def test_an_extension_adds_its_months_to_the_first_day_and_not_to_the_end() -> None:
    assert due(made(at=utc("2024-12-31T10:00")), MONTH, MADE) == date(2025, 1, 31)
    assert due(made(at=utc("2024-11-30T10:00"), extension="much"), MONTH, MADE) == date(2025, 2, 28)


def test_a_stopped_clock_moves_the_end_by_the_midnights_that_it_slept() -> None:
    since, until = utc("2024-03-10T08:00"), utc("2024-03-15T20:00")
    stopped = made(pauses=(Pause(since, Wait.IDENTITY),))
    assert due(stopped, MONTH, since) == date(2024, 4, 4)
    assert due(stopped, MONTH, until) == date(2024, 4, 9)
    twice = made(pauses=(Pause(since, Wait.IDENTITY, until), Pause(until, Wait.CLARIFICATION, until + 2 * DAY)))
    assert due(twice, MONTH, MADE + 300 * DAY) == date(2024, 4, 11)


def test_it_is_late_when_the_last_day_has_passed_in_london() -> None:
    end = midnight(date(2024, 4, 5))
    assert not is_overdue(made(), MONTH, end - TICK)
    assert is_overdue(made(), MONTH, end)
    assert not is_overdue(made(withdrawn=MADE), MONTH, end)
    assert not is_overdue(made(pauses=(Pause(MADE, Wait.IDENTITY),)), MONTH, end + 90 * DAY)
    assert is_overdue(made(pauses=(Pause(MADE, Wait.IDENTITY, MADE),)), MONTH, end)
    assert is_overdue(made(pauses=(Pause(end, Wait.IDENTITY),)), MONTH, end + 90 * DAY), "it was late before"


@pytest.mark.parametrize(
    ("end", "urgent"),
    [
        (date(2024, 3, 3), Urgency.OVERDUE),
        (date(2024, 3, 4), Urgency.SOON),
        (date(2024, 3, 11), Urgency.SOON),
        (date(2024, 3, 12), Urgency.LATER),
        (None, Urgency.STOPPED),
    ],
)
def test_how_near_the_end_is(end: date | None, urgent: Urgency) -> None:
    assert urgency(end, MONTH, MADE) is urgent


def test_the_clocks_as_they_are_delivered() -> None:
    """Subject access: the law's month, two more, and what may stop it. An opt-out waits for nobody."""
    found = clocks()
    assert set(found) == set(Kind)
    assert found[Kind.SUBJECT_ACCESS] == Clock(1, 0, 2, frozenset({Wait.IDENTITY, Wait.CLARIFICATION}), 7)
    assert (found[Kind.HISTORY].months, found[Kind.HISTORY].extension) == (1, 2)
    assert found[Kind.OPT_OUT].stops == frozenset()
