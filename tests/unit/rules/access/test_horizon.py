"""Until when an answer holds: what turns by itself, turns at a London midnight (architecture, Sight: valid_until)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from openrecord.access.rules.horizon import FAR_FUTURE, has_turned, valid_until
from openrecord.access.types import CodeFact, ReviewCode
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import ME, MUM, NOW, SON, TICK, A, B, patient, people, utc


def code(effective: date | None) -> CodeFact:
    return CodeFact(ReviewCode.ENHANCED_REVIEW, effective, NOW, NOW)


@pytest.mark.parametrize(
    ("changes", "until"),
    [
        pytest.param({}, FAR_FUTURE, id="nothing turns any more"),
        pytest.param({"born": None}, FAR_FUTURE, id="an unknown birthday does not turn"),
        pytest.param({"born": date(2008, 7, 15)}, utc("2024-07-14T23:00"), id="sixteenth birthday"),
        pytest.param(
            {"born": date(2013, 7, 15), "viewers": people(ME, MUM)}, utc("2024-07-14T23:00"), id="a parent's review"
        ),
        pytest.param(
            {
                "born": date(2012, 7, 15),
                "viewers": people(MUM),
                "policies": {A: Policy(review_age=12)},
            },
            utc("2024-07-14T23:00"),
            id="a parent's review at the age of the practice",
        ),
        pytest.param(
            {"born": date(2012, 7, 15), "viewers": people(MUM)}, utc("2028-07-14T23:00"), id="a review that is past"
        ),
        pytest.param(
            {"registrations": (Registration(B, date(2024, 5, 1)),)}, utc("2024-04-30T23:00"), id="registration"
        ),
        pytest.param(
            {"registrations": (Registration(A, date(2010, 1, 1), date(2024, 5, 1)),)},
            utc("2024-04-30T23:00"),
            id="deduction",
        ),
        pytest.param({"policies": {A: Policy(go_live=date(2024, 12, 1))}}, utc("2024-12-01"), id="go-live"),
        pytest.param({"policies": {A: Policy(go_live=None), B: None}}, FAR_FUTURE, id="no go-live, no policy"),
        pytest.param(
            {"codes": (code(date(2024, 12, 1)), code(None))}, utc("2024-12-01"), id="effective date of a code"
        ),
        pytest.param(
            {"viewers": people(ME, replace(SON, expires=date(2024, 12, 1)))}, utc("2024-12-01"), id="a proxy's expiry"
        ),
        pytest.param(
            {
                "registrations": (Registration(A, date(2010, 1, 1), date(2024, 12, 3)),),
                "codes": (code(date(2024, 12, 1)), code(date(2024, 12, 2)), code(date(2024, 1, 1))),
            },
            utc("2024-12-01"),
            id="the first of several that lie ahead",
        ),
    ],
)
def test_an_answer_holds_until(changes: dict[str, Any], until: datetime) -> None:
    assert valid_until(patient(**changes), NOW) == until


def test_an_answer_given_at_a_turn_holds_until_the_next() -> None:
    facts = patient(codes=(code(date(2024, 12, 1)), code(date(2024, 12, 2))))
    assert valid_until(facts, utc("2024-12-01") - TICK) == utc("2024-12-01")
    assert valid_until(facts, utc("2024-12-01")) == utc("2024-12-02")


def test_the_far_future_is_the_year_9999() -> None:
    assert datetime(9999, 1, 1, tzinfo=UTC) == FAR_FUTURE


@pytest.mark.parametrize(
    ("since", "today", "turned"),
    [
        (date(2024, 3, 9), date(2024, 3, 10), True),
        (date(2024, 3, 10), date(2024, 3, 10), False),
        (date(2024, 3, 9), date(2024, 3, 9), False),
        (date(2024, 1, 1), date(2024, 12, 31), True),
        (date(2024, 3, 10), date(2024, 12, 31), False),
        (None, date(2024, 3, 10), True),
        (None, date(2000, 1, 1), False),
    ],
)
def test_a_day_after_the_last_look_and_up_to_today_has_turned(since: date | None, today: date, *, turned: bool) -> None:
    facts = patient(born=None, registrations=(Registration(A, date(2024, 3, 10)),), policies={A: Policy(go_live=None)})
    assert has_turned(facts, since, today) is turned
