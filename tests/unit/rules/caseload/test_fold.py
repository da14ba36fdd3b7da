"""The fold of a request's events: every field is what the event says, and what came before stays as it was."""

import uuid
from datetime import date, timedelta

import pytest

from openrecord.access.types import ViewerId
from openrecord.caseload import events
from openrecord.caseload.rules.fold import NotMade, fold
from openrecord.caseload.types import (
    Correction,
    Decision,
    Ground,
    Kind,
    Outcome,
    Part,
    Pause,
    Proof,
    Request,
    Review,
    Wait,
    Wish,
)
from openrecord.clinical.kinds import Level, Section
from tests.unit.rules.caseload.facts import ASKER, MADE, REQUEST
from tests.unit.rules.facts import A

WISH = Wish(Part(first=date(2015, 4, 1)), Level.DETAILED, "about", "words")
ASKED = events.Made(Kind.HISTORY, A, ASKER, WISH, received=date(2024, 3, 1))
RESULTS, LETTERS = Part(sections=frozenset({Section.RESULTS})), Part(sections=frozenset({Section.DOCUMENTS}))
GRANT, SOMEBODY, SOMEBODY_ELSE = (uuid.UUID(int=number) for number in (11, 12, 13))


def after(*happened: events.AnyEvent) -> Request:
    """The request after these events, an hour apart."""
    return fold(REQUEST, [(MADE + timedelta(hours=hour), event) for hour, event in enumerate((ASKED, *happened))])


def hour(number: int) -> Pause:
    """A pause for a clarification that lasted an hour."""
    return Pause(MADE + timedelta(hours=number), Wait.CLARIFICATION, until=MADE + timedelta(hours=number + 1))


def test_everything_that_happened_stands_in_the_request() -> None:
    assert after(
        events.Assigned(SOMEBODY),
        events.IdentityChecked(Proof.DOCUMENTS),
        events.Extended("first"),
        events.Extended("We need longer."),
        events.ChunkGranted(RESULTS, GRANT, Level.DETAILED),
        events.ChunkRefused(LETTERS),
        events.Assigned(SOMEBODY_ELSE),
        events.Decided(Outcome.PARTLY, Ground.EXEMPT, "letter", Level.SUMMARY, Correction.PASSED_ON),
    ) == Request(
        REQUEST,
        Kind.HISTORY,
        A,
        ViewerId(ASKER),
        MADE,
        WISH,
        9,
        proof=Proof.DOCUMENTS,
        assignee=SOMEBODY_ELSE,
        extension="We need longer.",
        reviews=(Review(RESULTS, granted=True, chunk=GRANT), Review(LETTERS, granted=False)),
        decision=Decision(
            MADE + timedelta(hours=8), Outcome.PARTLY, Ground.EXEMPT, "letter", Level.SUMMARY, Correction.PASSED_ON
        ),
        received=date(2024, 3, 1),
    )


def test_what_is_closed_again_is_that_part_alone() -> None:
    other = uuid.UUID(int=14)
    known = after(
        events.ChunkGranted(RESULTS, GRANT, Level.FULL),
        events.ChunkGranted(LETTERS, other, Level.FULL),
        events.ChunkClosed(GRANT),
    )
    assert known.reviews == (
        Review(RESULTS, granted=False, chunk=GRANT),
        Review(LETTERS, granted=True, chunk=other),
    )


def test_of_several_pauses_the_last_one_ends() -> None:
    wait, run = events.ClockPaused(Wait.CLARIFICATION), events.ClockResumed()
    assert after(wait, run, wait, run, wait).pauses == (
        hour(1),
        hour(3),
        Pause(MADE + timedelta(hours=5), Wait.CLARIFICATION),
    )
    assert after(wait, run, wait, run, wait, run).pauses == (hour(1), hour(3), hour(5))


@pytest.mark.parametrize("earlier", [Wait.IDENTITY, Wait.CLARIFICATION])
@pytest.mark.parametrize("now", [Wait.IDENTITY, Wait.CLARIFICATION])
def test_a_proof_ends_the_wait_for_it_and_no_other(earlier: Wait, now: Wait) -> None:
    known = after(
        events.ClockPaused(earlier),
        events.ClockResumed(),
        events.ClockPaused(now),
        events.IdentityChecked(Proof.VOUCHING),
    )
    assert known.proof is Proof.VOUCHING
    assert known.is_paused == (now is Wait.CLARIFICATION)


def test_a_proof_moves_no_clock_that_runs() -> None:
    waited = (events.ClockPaused(Wait.IDENTITY), events.ClockResumed())
    assert after(*waited, events.IdentityChecked(Proof.VOUCHING)).pauses == after(*waited).pauses


def test_whoever_asked_takes_it_back_at_that_instant() -> None:
    assert after(events.Assigned(SOMEBODY), events.Withdrawn()).withdrawn == MADE + timedelta(hours=2)


def test_what_nobody_asked_for_is_no_request() -> None:
    with pytest.raises(NotMade):
        fold(REQUEST, [(MADE, events.Extended("longer"))])
