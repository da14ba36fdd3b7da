"""How far a history request was reviewed, against a set of all its days and sections."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.caseload.rules.progress import EARLIEST, Progress, outcome_of_history, progress
from openrecord.caseload.types import Outcome, Part, Request, Review
from openrecord.clinical.kinds import Section
from openrecord.kit.london import day_of
from tests.unit.rules.caseload.facts import MADE, made

TODAY = day_of(MADE)
BORN = TODAY - timedelta(days=9)
NEAR = st.none() | st.integers(-12, 3).map(lambda days: TODAY + timedelta(days=days))
SECTIONS = st.none() | st.frozensets(st.sampled_from([Section.RESULTS, Section.DOCUMENTS]), min_size=1)
PARTS = st.builds(Part, NEAR, NEAR, SECTIONS)
REVIEWS = st.lists(st.builds(Review, PARTS, st.booleans()), max_size=5).map(tuple)
ASKED = st.builds(made, part=PARTS, reviews=REVIEWS)


def cells(part: Part) -> set[tuple[date, Section]]:
    """Every day of every section that a part holds."""
    days = {BORN + timedelta(days=number) for number in range((TODAY - BORN).days + 1)}
    return {
        (day, section)
        for day in days
        for section in Section
        if (part.first is None or day >= part.first)
        and (part.last is None or day <= part.last)
        and (part.sections is None or section in part.sections)
    }


@given(ASKED)
def test_progress_is_what_a_set_of_all_days_says(request: Request) -> None:
    asked = cells(request.wish.part)
    reviewed = set[tuple[date, Section]]().union(*(cells(one.part) for one in request.reviews)) & asked
    opened = set[tuple[date, Section]]().union(*(cells(one.part) for one in request.reviews if one.granted)) & asked
    found = progress(request, BORN)
    assert (found.asked, found.reviewed, found.opened) == (len(asked), len(reviewed), len(opened))
    assert found.percent == (100 * len(reviewed) // len(asked) if asked else 100)


@given(ASKED)
def test_the_answer_is_no_more_than_what_was_opened(request: Request) -> None:
    outcome = outcome_of_history(request, BORN)
    asked = cells(request.wish.part)
    opened = set[tuple[date, Section]]().union(*(cells(one.part) for one in request.reviews if one.granted))
    if not any(one.granted for one in request.reviews):
        assert outcome is Outcome.REFUSED
    else:
        assert outcome is (Outcome.GRANTED if asked <= opened else Outcome.PARTLY)


def test_all_but_the_last_day_is_not_all() -> None:
    later = Part(first=date(1980, 1, 2))
    known = made(reviews=(Review(later, granted=True),))
    assert progress(known, date(1980, 1, 1)).percent == 99
    assert outcome_of_history(known, date(1980, 1, 1)) is Outcome.PARTLY
    assert outcome_of_history(known, date(1980, 1, 2)) is Outcome.GRANTED


@pytest.mark.parametrize(("percent", "reviewed"), [(0, 0), (33, 1), (66, 2), (100, 3)])
def test_a_percentage_is_rounded_down(percent: int, reviewed: int) -> None:
    assert Progress(3, reviewed, 0).percent == percent


def test_without_a_date_of_birth_a_record_begins_in_1900() -> None:
    assert progress(made(), None).asked == ((TODAY - EARLIEST).days + 1) * len(Section)
