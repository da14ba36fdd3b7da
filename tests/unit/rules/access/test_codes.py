"""Codes 103, 104 and 106: which one stands, when it is read, what people decide (R38-R40; QUESTIONS 1-3)."""

from datetime import date, datetime
from itertools import permutations

import pytest

from openrecord.access.rules.codes import GrantState, ReviewState, is_declined, review_state, winner
from openrecord.access.types import CodeFact, EnhancedReviewDecision, ReviewCode
from tests.unit.rules.facts import TICK, patient, utc

NOT_OPENED = ReviewState(GrantState.NOT_OPENED)
OPEN = ReviewState(GrantState.OPEN)
ASKS_104 = ReviewState(GrantState.OPEN, asks_104=True)
BLOCKED = ReviewState(GrantState.BLOCKED)
REMOVED = ReviewState(GrantState.REMOVED)
ASKS_106 = ReviewState(GrantState.REMOVED, asks_106=True)

OPENED = utc("2024-02-01T09:00")
AT = utc("2024-03-01T12:00")


def code(number: str, effective: str | None, recorded: str | None, known: str | None = None) -> CodeFact:
    """A code entry that arrived when it was recorded, unless `known` says otherwise."""
    return CodeFact(
        ReviewCode(number),
        None if effective is None else date.fromisoformat(effective),
        None if recorded is None else utc(recorded),
        utc(known or recorded or "2024-01-01"),
    )


def kept(at: str) -> EnhancedReviewDecision:
    return EnhancedReviewDecision(utc(at), keep=True)


def removed(at: str) -> EnhancedReviewDecision:
    return EnhancedReviewDecision(utc(at), keep=False)


def state(
    *happened: CodeFact | EnhancedReviewDecision, opened: datetime | None = OPENED, at: datetime = AT
) -> ReviewState:
    """The state of a grant that opened on 1 February at 9, on 1 March."""
    codes = tuple(each for each in happened if isinstance(each, CodeFact))
    decisions = tuple(each for each in happened if isinstance(each, EnhancedReviewDecision))
    return review_state(patient(codes=codes, review_decisions=decisions), opened, at)


BEFORE_104 = code("104", "2024-01-10", "2024-01-10T09:00")
LIVE_104 = code("104", "2024-02-10", "2024-02-10T09:00")


@pytest.mark.parametrize(
    ("stands", "falls"),
    [
        pytest.param(
            code("104", "2024-01-11", "2024-01-11T09:00"),
            code("106", "2024-01-10", "2024-01-12T09:00"),
            id="the later effective day, though recorded earlier (R39, CD-06)",
        ),
        pytest.param(
            code("106", "2024-01-11", "2024-01-11T09:00"),
            code("104", "2024-01-10", "2024-01-12T09:00"),
            id="the later effective day, whichever code it is",
        ),
        pytest.param(
            code("106", "2024-01-10", "2024-01-10T09:01"),
            code("104", "2024-01-10", "2024-01-10T09:00"),
            id="equal days: the later recorded (R39, CD-07)",
        ),
        pytest.param(
            code("104", "2024-01-10", "2024-01-10T09:01"),
            code("106", "2024-01-10", "2024-01-10T09:00"),
            id="equal days: the later recorded, whichever code it is",
        ),
        pytest.param(
            code("104", "2024-01-10", "2024-01-10T09:00"),
            code("106", "2024-01-10", "2024-01-10T09:00"),
            id="equal days and recorded times: 104 (QUESTIONS 3)",
        ),
        pytest.param(
            code("104", "2024-01-10", None),
            code("106", "2024-01-10", "2024-01-10T09:00"),
            id="equal days, recorded time of 104 missing: 104 (QUESTIONS 3)",
        ),
        pytest.param(
            code("104", "2024-01-10", "2024-01-10T09:00"),
            code("106", "2024-01-10", None),
            id="equal days, recorded time of 106 missing: 104 (QUESTIONS 3)",
        ),
        pytest.param(
            code("106", "2024-01-11", "2024-01-11T09:00"),
            code("104", "2024-01-10", None),
            id="a missing recorded time counts on equal days only",
        ),
        pytest.param(
            code("104", "2024-01-10", "2024-01-10T09:00"),
            code("104", "2024-01-10", None),
            id="of two 104 that which has a recorded time",
        ),
        pytest.param(
            code("106", "2024-01-10", "2024-01-10T09:00"),
            code("104", None, "2024-01-12T09:00"),
            id="a code without effective day is older than any with one",
        ),
    ],
)
def test_of_two_codes_stands(stands: CodeFact, falls: CodeFact) -> None:
    for codes in permutations((stands, falls)):
        assert winner(codes, AT) == stands


def test_a_106_alone_stands_even_without_recorded_time() -> None:
    alone = code("106", "2024-01-10", None)
    assert winner([alone], AT) == alone


def test_a_103_is_no_part_of_the_review_and_nothing_stands_where_nothing_was_read() -> None:
    assert winner([], AT) is None
    assert winner([code("103", "2024-01-10", "2024-01-10T09:00")], AT) is None


def test_a_code_is_read_from_midnight_london_of_its_effective_day_and_not_before_it_has_arrived() -> None:
    """QUESTIONS 3: an effective date that lies ahead is read from its midnight."""
    ahead = code("104", "2024-07-15", "2024-07-01T09:00")
    assert winner([ahead], utc("2024-07-14T23:00") - TICK) is None
    assert winner([ahead], utc("2024-07-14T23:00")) == ahead
    for late in (code("104", day, "2024-01-10T09:00", known="2024-01-20T09:00") for day in ("2024-01-10", None)):
        assert winner([late], utc("2024-01-20T09:00") - TICK) is None
        assert winner([late], utc("2024-01-20T09:00")) == late


def test_a_grant_that_has_not_opened_has_no_state_to_review() -> None:
    assert state(BEFORE_104, opened=None) == NOT_OPENED
    assert state(BEFORE_104, opened=AT + TICK) == NOT_OPENED
    assert state(opened=AT) == OPEN


def test_104_is_read_when_the_grant_opens_and_blocks_it() -> None:
    """QUESTIONS 3, CD-01: once per grant, when it opens."""
    assert state(BEFORE_104) == BLOCKED
    assert state(code("104", "2024-01-10", "2024-01-10T09:00", known="2024-02-01T09:00")) == BLOCKED
    assert state(BEFORE_104, code("106", "2024-01-20", "2024-01-20T09:00")) == OPEN
    assert state() == OPEN


def test_104_on_live_access_removes_nothing_and_asks() -> None:
    """R38, QUESTIONS 1, CD-02."""
    assert state(LIVE_104) == ASKS_104
    assert state(LIVE_104, at=utc("2024-02-10T09:00")) == ASKS_104
    assert state(LIVE_104, at=utc("2024-02-10T09:00") - TICK) == OPEN
    assert state(code("104", "2024-02-20", "2024-01-10T09:00")) == ASKS_104, "effective after the opening"


def test_104_on_live_access_that_a_106_beats_asks_nobody() -> None:
    assert state(code("106", "2024-02-12", "2024-01-31T09:00", known="2024-02-12T09:00")) == OPEN
    assert state(code("106", "2024-01-15", "2024-01-15T09:00"), code("104", "2024-01-12", "2024-02-10T09:00")) == OPEN


def test_two_codes_that_take_effect_at_one_instant_count_as_the_one_that_stands() -> None:
    midnight = "2024-01-20T09:00"
    assert state(code("104", "2024-02-12", midnight), code("106", "2024-02-12", midnight)) == ASKS_104
    assert state(code("106", "2024-02-12", "2024-01-21T09:00"), code("104", "2024-02-12", midnight)) == OPEN


def test_a_106_leaves_the_question_of_an_earlier_104_open() -> None:
    """A person decides on a 104, nothing else (QUESTIONS 1)."""
    assert state(LIVE_104, code("106", "2024-02-12", "2024-02-12T09:00")) == ASKS_104


def test_a_104_that_takes_effect_after_a_keep_asks_again_whatever_its_effective_day() -> None:
    """QUESTIONS 1: a later 104 asks again, even after "keep"; R38: adding a 104 must warn."""
    answered = (LIVE_104, kept("2024-02-11T09:00"))
    assert state(*answered) == OPEN
    assert state(*answered, code("104", "2024-02-12", "2024-02-12T09:00")) == ASKS_104
    assert state(*answered, code("104", "2024-02-05", "2024-02-12T09:00")) == ASKS_104
    assert state(*answered, code("104", None, None, known="2024-02-12T09:00")) == ASKS_104


def test_106_opens_what_104_had_blocked() -> None:
    """QUESTIONS 2, CD-05: at once, unless the 104 stands all the same."""
    later = code("106", "2024-02-12", "2024-02-12T09:00")
    assert state(BEFORE_104, later) == OPEN
    assert state(BEFORE_104, later, at=utc("2024-02-12T09:00") - TICK) == BLOCKED
    assert state(BEFORE_104, code("106", "2024-01-09", "2024-02-12T09:00")) == BLOCKED
    assert state(BEFORE_104, LIVE_104) == BLOCKED, "a further 104 asks nobody: nothing is live"


def test_106_opens_nothing_that_a_person_removed_and_asks() -> None:
    """QUESTIONS 2."""
    taken = (LIVE_104, removed("2024-02-11T09:00"))
    later = code("106", "2024-02-12", "2024-02-12T09:00")
    assert state(*taken) == REMOVED
    assert state(*taken, later) == ASKS_106
    assert state(*taken, code("106", "2024-02-09", "2024-02-12T09:00")) == REMOVED, "the 104 stands"
    assert state(*taken, later, code("104", "2024-02-13", "2024-02-13T09:00")) == REMOVED, "a 104 stands again"
    assert state(*taken, code("104", "2024-02-13", "2024-02-13T09:00")) == REMOVED, "nothing is live"


@pytest.mark.parametrize(
    ("before", "after_keep", "after_remove"),
    [
        pytest.param((), OPEN, REMOVED, id="open"),
        pytest.param((LIVE_104,), OPEN, REMOVED, id="open and asked about"),
        pytest.param((BEFORE_104,), BLOCKED, BLOCKED, id="blocked: never opened, so neither kept nor removed"),
        pytest.param((removed("2024-02-09T09:00"),), OPEN, REMOVED, id="removed"),
        pytest.param(
            (LIVE_104, removed("2024-02-10T10:00"), code("106", "2024-02-12", "2024-02-12T09:00")),
            OPEN,
            REMOVED,
            id="removed and asked about",
        ),
    ],
)
def test_a_person_s_decision_answers_what_was_asked(
    before: tuple[CodeFact | EnhancedReviewDecision, ...], after_keep: ReviewState, after_remove: ReviewState
) -> None:
    """QUESTIONS 1, 2: only the decision acts."""
    assert state(*before, kept("2024-02-20T09:00")) == after_keep
    assert state(*before, removed("2024-02-20T09:00")) == after_remove


def test_a_decision_counts_from_the_opening_to_now_both_included() -> None:
    assert state(removed("2024-02-01T09:00")) == REMOVED
    assert state(removed("2024-02-01T08:59")) == OPEN
    assert state(removed("2024-03-01T12:00")) == REMOVED
    assert state(removed("2024-03-01T12:01")) == OPEN


def test_a_decision_at_the_instant_of_a_code_answers_it() -> None:
    assert state(kept("2024-02-10T09:00"), LIVE_104) == OPEN
    assert state(removed("2024-02-10T09:00"), LIVE_104) == REMOVED


def test_decisions_and_codes_act_in_the_order_they_happened_not_as_listed() -> None:
    assert state(kept("2024-02-20T09:00"), removed("2024-02-19T09:00")) == OPEN
    assert state(removed("2024-02-05T09:00"), LIVE_104) == REMOVED


REVERSAL, EARLIER_REVERSAL = utc("2024-02-10T09:00"), utc("2024-01-10T09:00")


@pytest.mark.parametrize(
    ("codes", "reversals", "declined"),
    [
        pytest.param((), (), False, id="nothing said"),
        pytest.param((code("103", "2024-02-01", "2024-02-01T09:00"),), (), True, id="103"),
        pytest.param((code("103", "2099-01-01", "2024-02-01T09:00"),), (), True, id="103 effective far ahead (R39)"),
        pytest.param((code("104", "2024-02-01", "2024-02-01T09:00"),), (), False, id="104 is no decline"),
        pytest.param((code("103", None, "2024-02-10T08:59"),), (REVERSAL,), False, id="reversed later (CD-08)"),
        pytest.param((code("103", None, "2024-02-10T09:00"),), (REVERSAL,), False, id="reversed at that instant"),
        pytest.param((code("103", None, "2024-02-10T09:01"),), (REVERSAL,), True, id="declined again"),
        pytest.param(
            (code("103", None, "2024-02-01T09:00", known="2024-02-20T09:00"),),
            (REVERSAL,),
            False,
            id="an older one that arrives late (CD-09)",
        ),
        pytest.param(
            (code("103", None, None, known="2024-02-20T09:00"),), (REVERSAL,), True, id="unrecorded: when it arrived"
        ),
        pytest.param(
            (code("103", None, "2024-02-01T09:00"),), (REVERSAL, EARLIER_REVERSAL), False, id="the latest reversal"
        ),
        pytest.param(
            (code("103", None, "2024-02-01T09:00"), code("103", None, "2024-02-11T09:00")),
            (REVERSAL,),
            True,
            id="one of two is later",
        ),
    ],
)
def test_103_is_a_decline_until_a_reversal_recorded_later(
    codes: tuple[CodeFact, ...], reversals: tuple[datetime, ...], *, declined: bool
) -> None:
    """R39, QUESTIONS 3."""
    assert is_declined(patient(codes=codes, undeclined=reversals)) is declined
