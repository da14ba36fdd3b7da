"""What turns by date for a proxy is told ahead: the decision itself, asked for every day to come, is the oracle."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.rules.ahead import Turn, Turning, is_told, next_turn, soon
from openrecord.access.rules.viewers import viewer_reasons
from openrecord.access.types import AccessFacts, AgeReview, Basis, Reason, Silence, Viewer, ViewerId
from openrecord.kit.london import day_of, midnight
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import APP, LAWYER, ME, MUM, NOW, A, B, child, people, utc

SEARCHED = 7 * 366
TODAY = day_of(NOW)
BORN = st.dates(date(2007, 1, 1), date(2017, 12, 31)) | st.sampled_from([date(2008, 2, 29), date(2012, 2, 29)])
proxies = st.builds(
    lambda basis, expires, revoked: replace(MUM, basis=basis, expires=expires, revoked=revoked),
    st.sampled_from([Basis.PARENTAL, Basis.PARENTAL, Basis.CONSENT, Basis.BEST_INTERESTS]),
    st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=2000)),
    st.sampled_from([False, False, False, True]),
)
reviews = st.lists(
    st.builds(
        AgeReview,
        st.just(MUM.viewer_id),
        st.datetimes(datetime(2023, 11, 6), datetime(2024, 3, 1, 12)).map(lambda at: utc(at.isoformat())),  # noqa: DTZ001
        st.sampled_from([11, 13, 16]),
        st.booleans(),
    ),
    max_size=2,
)


def asked_day_by_day(facts: AccessFacts, proxy: Viewer) -> tuple[date, frozenset[Reason]] | None:
    """The first day on which the decision says something else of this proxy than now."""
    now = viewer_reasons(facts, proxy, NOW)
    if now:
        return None
    for ahead in range(1, SEARCHED):
        day = TODAY + timedelta(days=ahead)
        then = viewer_reasons(facts, proxy, midnight(day))
        if then:
            return day, then
    return None


@given(BORN, proxies, reviews, st.sampled_from([11, 12, 13]))
def test_the_day_is_the_one_on_which_the_decision_turns(
    born: date, proxy: Viewer, decided: list[AgeReview], age: int
) -> None:
    facts = child(
        born,
        viewers=people(proxy),
        age_reviews=tuple(sorted(decided, key=lambda r: r.at)),
        policies={A: Policy(review_age=age)},
    )
    expected, found = asked_day_by_day(facts, proxy), next_turn(facts, proxy, NOW)
    if found is not None and found.day > TODAY + timedelta(days=SEARCHED - 1):
        return
    assert (expected is None) == (found is None)
    if expected is not None and found is not None:
        day, reasons = expected
        assert found.day == day
        assert (found.what is Turning.EXPIRY) == (Reason.PROXY_EXPIRED in reasons)


@pytest.mark.parametrize(
    ("born", "changes", "turn"),
    [
        pytest.param(date(2013, 4, 2), {}, Turn(Turning.REVIEW, date(2024, 4, 2)), id="eleven"),
        pytest.param(date(2012, 12, 1), {}, None, id="suspended already"),
        pytest.param(date(2020, 2, 29), {}, Turn(Turning.REVIEW, date(2031, 3, 1)), id="29 February, no leap year"),
        pytest.param(
            date(2008, 4, 2),
            {"age_reviews": (AgeReview(MUM.viewer_id, NOW - timedelta(days=1), 11, carries_on=True),)},
            Turn(Turning.SIXTEEN, date(2024, 4, 2)),
            id="reviewed, then sixteen",
        ),
        pytest.param(date(2013, 4, 2), {"died": True}, None, id="died"),
        pytest.param(
            date(2013, 4, 2),
            {
                "address_flagged": True,
                "age_reviews": (AgeReview(MUM.viewer_id, NOW - timedelta(days=1), 11, carries_on=True),),
            },
            Turn(Turning.SIXTEEN, date(2029, 4, 2)),
            id="closed meanwhile for another reason, which turns nothing",
        ),
    ],
)
def test_birthdays(born: date, changes: Mapping[str, Any], turn: Turn | None) -> None:
    assert next_turn(child(born, **changes), MUM, NOW) == turn


@pytest.mark.parametrize(("days", "told"), [(32, True), (31, False)])
def test_it_is_told_as_early_as_the_practice_wants(days: int, *, told: bool) -> None:
    """R26: from 1 March 2024 to 2 April are 32 days."""
    facts = child(date(2013, 4, 2), policies={A: Policy(notice_days=days)})
    assert (soon(facts, MUM, A, NOW) is not None) is told
    assert soon(facts, MUM, B, NOW) is None, "nothing is known of what that practice wants"
    assert soon(facts, MUM, None, NOW) is None


@pytest.mark.parametrize(
    ("born", "expires", "policy", "told"),
    [
        (date(2008, 4, 2), None, Policy(sixteen_notice_days=32, notice_days=1, expiry_notice_days=1), True),
        (date(2008, 4, 2), None, Policy(sixteen_notice_days=31), False),
        (date(2015, 4, 2), date(2024, 4, 2), Policy(expiry_notice_days=32, notice_days=1, sixteen_notice_days=1), True),
        (date(2015, 4, 2), date(2024, 4, 2), Policy(expiry_notice_days=31), False),
    ],
)
def test_each_way_has_its_own_notice(born: date, expires: date | None, policy: Policy, *, told: bool) -> None:
    """R26: a parent whose access was carried on at 11."""
    mum = replace(MUM, expires=expires)
    reviews = (AgeReview(MUM.viewer_id, NOW - timedelta(days=1), 11, carries_on=True),)
    facts = child(born, viewers=people(mum), age_reviews=reviews, policies={A: policy})
    assert (soon(facts, mum, A, NOW) is not None) is told


def test_an_adult_basis_turns_at_its_end_alone() -> None:
    attorney = replace(LAWYER, expires=date(2024, 3, 20))
    facts = child(date(2013, 4, 2), viewers=people(attorney))
    assert next_turn(facts, attorney, NOW) == Turn(Turning.EXPIRY, date(2024, 3, 20))
    assert soon(facts, replace(attorney, expires=None), A, NOW) is None


def test_what_is_over_for_another_reason_turns_no_more() -> None:
    facts = child(date(2013, 4, 2))
    moved = replace(facts, registrations=(Registration(B, TODAY - timedelta(days=9)),))
    assert Reason.PROXY_MOVED in viewer_reasons(moved, MUM, NOW)
    assert next_turn(facts, MUM, NOW) is not None
    assert next_turn(moved, MUM, NOW) is None
    ends = replace(MUM, expires=date(2024, 3, 20))
    assert next_turn(facts, ends, NOW) is not None
    assert next_turn(replace(facts, born=None), ends, NOW) is None


@pytest.mark.parametrize("proxies_silent", [False, True])
@pytest.mark.parametrize("patient_silent", [False, True])
def test_who_is_told(*, proxies_silent: bool, patient_silent: bool) -> None:
    """R26: whoever acts, of their own access alone; the patient; never an app, nor whom safeguarding leaves out."""
    born = date(NOW.year - 11, NOW.month, NOW.day + 1)
    other = replace(MUM, viewer_id=ViewerId(UUID(int=77)))
    facts = child(born, viewers=people(ME, MUM, other, APP), silence=Silence(proxies_silent, patient_silent))
    turning = [MUM.viewer_id, ViewerId(UUID(int=78))]
    told = [viewer for viewer in (ME, MUM, other, APP) if is_told(facts, viewer, turning, NOW)]
    assert told == [*([] if patient_silent else [ME]), *([] if proxies_silent else [MUM])]
    decided = replace(facts, age_reviews=(AgeReview(MUM.viewer_id, NOW, 11, carries_on=True),))
    far = replace(facts, born=date(NOW.year - 10, NOW.month, NOW.day))
    for settled in (decided, far):
        assert not any(is_told(settled, viewer, turning, NOW) for viewer in (ME, MUM, other, APP))
