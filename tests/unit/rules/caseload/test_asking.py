"""Who may ask for what, and who sees it."""

import uuid

import pytest

from openrecord.access.types import ViewerId, ViewerKind
from openrecord.caseload import events
from openrecord.caseload.rules import asking
from openrecord.caseload.rules.asking import may_ask, may_see
from openrecord.caseload.types import WHOLE, Kind, Outcome, Proof, Wait, Wish
from openrecord.clinical.kinds import Level
from openrecord.registry.types import OdsCode
from tests.unit.rules.caseload.facts import ASKER, MADE, made
from tests.unit.rules.facts import A

ANOTHER = ViewerId(uuid.UUID(int=3))


@pytest.mark.parametrize("kind", Kind)
def test_a_proxy_asks_about_entries_and_for_nothing_else(kind: Kind) -> None:
    assert may_ask(kind, ViewerKind.SELF)
    assert may_ask(kind, ViewerKind.PROXY) is (kind in {Kind.CORRECTION, Kind.QUESTION})
    assert not may_ask(kind, ViewerKind.APP)


def test_a_patient_sees_all_and_a_proxy_only_what_they_asked() -> None:
    assert may_see(made(), ASKER, ViewerKind.SELF, suspended=False)
    assert may_see(made(), ANOTHER, ViewerKind.SELF, suspended=False)
    assert may_see(made(), ASKER, ViewerKind.PROXY, suspended=False)
    assert not may_see(made(), ANOTHER, ViewerKind.PROXY, suspended=False)
    assert not may_see(made(), ASKER, ViewerKind.APP, suspended=False)
    assert not may_see(made(), ASKER, ViewerKind.PROXY, suspended=True), "an answer speaks of the record"


def test_two_open_requests_of_a_kind_are_one() -> None:
    history, another = made(), made(asker=ANOTHER)
    assert asking.same_open([another, history], Kind.HISTORY, A, ASKER, Wish()) is history
    assert asking.same_open([history], Kind.HISTORY, A, ASKER, Wish(words="Once more")) is history
    assert asking.same_open([another], Kind.HISTORY, A, ASKER, Wish()) is None
    assert asking.same_open([history], Kind.LEVEL, A, ASKER, Wish()) is None
    assert asking.same_open([history], Kind.HISTORY, OdsCode("Y1"), ASKER, Wish()) is None, "who moved asks anew"
    assert asking.same_open([made(withdrawn=MADE)], Kind.HISTORY, A, ASKER, Wish()) is None
    assert asking.same_open([history], Kind.HISTORY, A, ASKER, Wish(words="at once")) is history


@pytest.mark.parametrize("kind", [Kind.CORRECTION, Kind.QUESTION, Kind.PROXY])
def test_the_very_same_words_are_one_request_and_others_another(kind: Kind) -> None:
    """A form that was sent twice."""
    first = made(kind, wish=Wish(about="Asthma", words="I never had it"))
    assert asking.same_open([first], kind, A, ASKER, first.wish) is first
    assert asking.same_open([first], kind, A, ASKER, Wish(about="Asthma", words="Another mistake")) is None
    assert asking.same_open([first], kind, A, ANOTHER, first.wish) is None


def test_staff_note_what_came_otherwise_and_more_is_shown_to_an_account_only() -> None:
    rights = {Kind.SUBJECT_ACCESS, Kind.CORRECTION, Kind.PROXY}
    assert asking.recordable(has_account=False, is_registered=True) == rights
    assert asking.recordable(has_account=True, is_registered=True) == rights | {Kind.HISTORY, Kind.LEVEL}
    for has_account in (False, True):
        left = asking.recordable(has_account=has_account, is_registered=False)
        assert left == {Kind.SUBJECT_ACCESS, Kind.CORRECTION}, "rights over what is held of them"


def test_nobody_has_more_open_requests_than_anybody_may_have() -> None:
    full = [made(Kind.CORRECTION)] * 20
    assert asking.has_too_many(full, ASKER)
    assert not asking.has_too_many(full[1:], ASKER)
    assert not asking.has_too_many([*full[1:], made(withdrawn=MADE)], ASKER)
    assert not asking.has_too_many([*full[1:], made(asker=ANOTHER)], ASKER)


TOLD = {events.Decided, events.Extended, events.ClockPaused}


@pytest.mark.parametrize("event", [
    events.IdentityChecked(Proof.VOUCHING),
    events.Assigned(None),
    events.ClockPaused(Wait.IDENTITY),
    events.ClockResumed(),
    events.Extended("Two people are ill."),
    events.ChunkGranted(WHOLE, uuid.uuid4(), Level.FULL),
    events.ChunkRefused(WHOLE),
    events.Decided(Outcome.GRANTED, None, ""),
    events.Withdrawn(),
], ids=events.tag)  # fmt: skip
def test_whoever_asked_hears_of_answers_delays_and_what_waits_for_them(event: events.AnyEvent) -> None:
    assert asking.concerns_asker(event) is (type(event) in TOLD)
