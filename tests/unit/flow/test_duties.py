"""What is open in front of a practice's staff: the rules of codes, birthdays and drift, for the practices that care."""

from dataclasses import replace
from datetime import date

from openrecord.access.matters import Due, Matter
from openrecord.access.types import CodeFact, EnhancedReviewDecision, ReviewCode
from openrecord.flow.duties import duties
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import ME, MUM, NOW, A, B, child, patient, people, utc

LIVE_104 = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2024, 2, 10), utc("2024-02-10"), utc("2024-02-10"))
ELEVEN = date(2013, 2, 10)
MOVED = (Registration(A, date(2010, 1, 1), date(2024, 2, 15)), Registration(B, date(2024, 2, 15)))


def test_nothing_is_open_about_most_patients() -> None:
    assert duties(patient(), NOW) == frozenset()
    assert duties(patient(viewers=people()), NOW) == frozenset()


def test_every_rule_is_asked() -> None:
    mother = child(ELEVEN, paused=True, codes=(LIVE_104,), viewers=people(replace(MUM, granted=utc("2023-12-01"))))
    assert duties(mother, NOW) == {
        Due(A, Matter.AGE_REVIEW, MUM.viewer_id),
        Due(A, Matter.ENHANCED_REVIEW),
        Due(A, Matter.PAUSED_WITHOUT_CODE),
    }
    removed = (EnhancedReviewDecision(utc("2024-02-11"), keep=False),)
    lifted = replace(LIVE_104, code=ReviewCode.NO_ENHANCED_REVIEW, effective=date(2024, 2, 12), known=utc("2024-02-12"))
    asked = patient(codes=(LIVE_104, lifted), review_decisions=removed)
    assert duties(asked, NOW) == {Due(A, Matter.REVIEW_LIFTED)}
    assert duties(patient(review_decisions=removed), NOW) == {Due(A, Matter.CLOSED_WITHOUT_CODE)}


def test_a_practice_is_asked_about_its_own_access_only() -> None:
    """A 104 was live at A; at B access opened under it, so that B has nothing to decide."""
    moved = patient(codes=(LIVE_104,), registrations=MOVED, policies={A: Policy(), B: Policy()}, viewers=people(ME))
    assert duties(moved, utc("2024-02-12")) == {Due(A, Matter.ENHANCED_REVIEW)}
    assert duties(moved, NOW) == frozenset()


def test_at_two_practices_at_once_both_are_asked() -> None:
    both = (Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1)))
    facts = patient(codes=(LIVE_104,), registrations=both, policies={A: Policy(), B: Policy()})
    assert duties(facts, NOW) == {Due(A, Matter.ENHANCED_REVIEW), Due(B, Matter.ENHANCED_REVIEW)}
    assert duties(replace(facts, policies={A: Policy()}), NOW) == {Due(A, Matter.ENHANCED_REVIEW)}


def test_nothing_is_open_about_who_has_died() -> None:
    assert duties(patient(died=True, paused=True, codes=(LIVE_104,)), NOW) == frozenset()
