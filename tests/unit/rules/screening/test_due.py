"""What is open in front of staff because of codes, holds and birthdays (R24, R33, R38; QUESTIONS 1, 2, 6, 15)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from openrecord.access.types import (
    AccessFacts,
    AgeReview,
    CodeFact,
    EnhancedReviewDecision,
    ReviewCode,
    Viewer,
)
from openrecord.registry.types import Policy, Registration
from openrecord.screening.rules.due import access_due, age_reviews_due, ended_holds
from openrecord.screening.types import Hold, Stance
from tests.unit.rules.facts import (
    APP,
    LAWYER,
    ME,
    MUM,
    NOW,
    SON,
    TICK,
    A,
    B,
    child,
    entry,
    entry_id,
    patient,
    people,
    record,
    utc,
)


def code(number: str, day: str) -> CodeFact:
    return CodeFact(ReviewCode(number), date.fromisoformat(day), utc(day), utc(day))


LIVE_104 = code("104", "2024-02-10")
REMOVED = EnhancedReviewDecision(utc("2024-02-11"), keep=False)
LATER_106 = code("106", "2024-02-12")
MOVED = (Registration(A, date(2010, 1, 1), date(2024, 2, 1)), Registration(B, date(2024, 2, 1)))


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        pytest.param({}, set(), id="no code"),
        pytest.param({"codes": (LIVE_104,)}, {"104_live_access"}, id="104 on live access (CD-02)"),
        pytest.param({"codes": (LIVE_104,), "review_decisions": (REMOVED,)}, set(), id="decided"),
        pytest.param(
            {"codes": (LIVE_104, LATER_106), "review_decisions": (REMOVED,)},
            {"106_after_removal"},
            id="106 after a removal (QUESTIONS 2)",
        ),
        pytest.param(
            {
                "codes": (LIVE_104, LATER_106, code("104", "2024-02-13")),
                "review_decisions": (REMOVED,),
                "viewers": people(ME, replace(SON, granted=utc("2024-02-12T09:00"))),
            },
            {"104_live_access"},
            id="one grant removed, one granted since and live",
        ),
        pytest.param(
            {
                "codes": (LIVE_104, LATER_106),
                "review_decisions": (REMOVED,),
                "viewers": people(ME, replace(SON, granted=utc("2024-02-11T09:00"))),
            },
            {"106_after_removal"},
            id="one grant removed, one blocked and opened by the 106",
        ),
        pytest.param({"codes": (LIVE_104,), "registrations": MOVED}, set(), id="no longer registered there"),
        pytest.param({"codes": (LIVE_104,), "viewers": people(SON)}, {"104_live_access"}, id="a proxy's grant"),
        pytest.param({"codes": (LIVE_104,), "viewers": people(APP)}, set(), id="an app has no grant of its own"),
        pytest.param({"codes": (LIVE_104,), "viewers": people(replace(ME, granted=None))}, set(), id="no account"),
        pytest.param(
            {"codes": (LIVE_104,), "viewers": people(replace(ME, granted=NOW + TICK))}, set(), id="an account to come"
        ),
        pytest.param(
            {"codes": (LIVE_104,), "paused": True}, {"104_live_access"}, id="pausing does not end what is live"
        ),
        pytest.param(
            {"codes": (LIVE_104,), "policies": {B: Policy(), A: Policy()}},
            {"104_live_access"},
            id="at any of the organisations",
        ),
    ],
)
def test_codes_ask_staff(changes: dict[str, Any], due: set[str]) -> None:
    assert access_due(patient(**changes), NOW) == due


@pytest.mark.parametrize(
    "ended",
    [
        pytest.param(replace(SON, revoked=True), id="revoked"),
        pytest.param(replace(SON, expires=date(2024, 3, 1)), id="expired"),
        pytest.param(replace(SON, listed_org=B, granted=utc("2000-01-01")), id="moved"),
    ],
)
def test_a_proxy_that_has_ended_asks_nobody(ended: Viewer) -> None:
    assert access_due(patient(codes=(LIVE_104,), viewers=people(ended)), NOW) == set()


def test_a_parent_s_access_is_not_live_once_the_child_is_sixteen() -> None:
    """It is suspended at sixteen whatever is decided (QUESTIONS 15); before, a review may give it back."""
    birthday = date(2008, 3, 1)
    facts = child(birthday, codes=(LIVE_104,), viewers=people(MUM))
    assert access_due(facts, utc("2024-03-01") - TICK) == {"104_live_access"}
    assert access_due(facts, utc("2024-03-01")) == set()


def test_a_grant_opened_at_this_instant_is_live() -> None:
    """A 104 that takes effect with it has blocked it; nothing is asked about it."""
    facts = patient(codes=(LIVE_104,), viewers=people(replace(ME, granted=utc("2024-02-10") - TICK)))
    assert access_due(facts, utc("2024-02-10")) == {"104_live_access"}
    assert access_due(replace(facts, viewers=people(replace(ME, granted=utc("2024-02-10")))), NOW) == set()


# Age reviews


def mothered(born: date, mother: Viewer = MUM, **changes: Any) -> AccessFacts:
    return child(born, viewers=people(ME, mother, LAWYER, APP), **changes)


def review(at: str, age: int, viewer: Viewer = MUM, *, carries_on: bool = False) -> AgeReview:
    return AgeReview(viewer.viewer_id, utc(at), age, carries_on)


ELEVEN, SIXTEEN = date(2013, 2, 10), date(2008, 2, 10)


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        pytest.param(mothered(ELEVEN), True, id="the review age is reached (R24)"),
        pytest.param(mothered(date(2013, 3, 2)), False, id="tomorrow"),
        pytest.param(mothered(SIXTEEN), True, id="sixteen (R25)"),
        pytest.param(mothered(SIXTEEN, replace(MUM, granted=NOW)), True, id="sixteen, granted now"),
        pytest.param(mothered(SIXTEEN, replace(MUM, granted=NOW + TICK)), False, id="sixteen, a grant to come"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-20", 11, carries_on=True),)), False, id="continued"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-20", 11),)), False, id="ended: suspended, answered"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-20", 10),)), False, id="answered at that age"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-10", 10),)), False, id="answered that midnight"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-09", 10),)), True, id="answered for an earlier age"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-09", 11),)), False, id="ended ahead"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-09", 16),)), False, id="ended ahead for later"),
        pytest.param(mothered(ELEVEN, age_reviews=(review("2024-02-20", 11, LAWYER),)), True, id="about another"),
        pytest.param(
            mothered(SIXTEEN, age_reviews=(review("2020-02-20", 11),)), True, id="what was decided at 11 is no answer"
        ),
        pytest.param(mothered(SIXTEEN, age_reviews=(review("2024-02-20", 16),)), False, id="answered at sixteen"),
        pytest.param(mothered(SIXTEEN, age_reviews=(review("2024-01-20", 16),)), False, id="answered ahead"),
        pytest.param(mothered(ELEVEN, replace(MUM, revoked=True)), False, id="revoked"),
        pytest.param(mothered(ELEVEN, replace(MUM, expires=date(2024, 3, 1))), False, id="expired"),
        pytest.param(mothered(ELEVEN, replace(MUM, listed_org=B)), True, id="listed elsewhere, not moved since"),
        pytest.param(mothered(ELEVEN, replace(MUM, granted=None)), False, id="not granted yet"),
        pytest.param(mothered(ELEVEN, replace(MUM, granted=utc("2024-02-20"))), False, id="granted at that age"),
        pytest.param(replace(mothered(ELEVEN), born=None), False, id="no birth date"),
        pytest.param(
            mothered(ELEVEN, policies={A: Policy(review_age=13)}), False, id="the practice reviews at another age"
        ),
        pytest.param(mothered(date(2014, 2, 10), policies={A: Policy(review_age=10)}), True, id="or earlier"),
        pytest.param(
            mothered(date(2011, 2, 10), policies={A: Policy(review_age=13)}, age_reviews=(review("2022-02-20", 11),)),
            True,
            id="decided for another age than the practice's",
        ),
    ],
)
def test_a_parent_waits_for_a_decision(facts: AccessFacts, *, due: bool) -> None:
    assert age_reviews_due(facts, NOW) == ((MUM.viewer_id,) if due else ())


# Holds


def test_holds_that_ended_without_a_decision_stay_due() -> None:
    """R33, QUESTIONS 6, HP-01, HP-02."""
    entries = record(
        entry(1, stance=Stance(hold=Hold(date(2024, 3, 1)))),
        entry(2, stance=Stance(hold=Hold(date(2024, 3, 2)))),
        entry(3, stance=Stance(hold=Hold(None, contacted=True))),
        entry(4, stance=Stance(hold=Hold(None))),
        entry(5, stance=Stance(hold=Hold(date(2024, 3, 2), contacted=True))),
        entry(6, stance=Stance(released=True)),
        entry(7, stance=Stance(hold=Hold(date(2024, 2, 1), contacted=True))),
    )
    assert list(ended_holds(entries, NOW)) == [
        ("hold_expired", entry_id(1)),
        ("contacted", entry_id(3)),
        ("hold_expired", entry_id(7)),
    ]


def test_a_hold_ends_at_midnight_london_of_its_day() -> None:
    entries = record(entry(1, stance=Stance(hold=Hold(date(2024, 7, 15)))))
    assert list(ended_holds(entries, utc("2024-07-14T23:00") - TICK)) == []
    assert list(ended_holds(entries, utc("2024-07-14T23:00"))) == [("hold_expired", entry_id(1))]
