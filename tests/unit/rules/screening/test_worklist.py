"""What waits for the practice, since when, until when, and in which order (R30, R33, R36)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.types import AccessFacts
from openrecord.clinical.incoming import Label, VersionStatus
from openrecord.clinical.kinds import EntryKind, Level
from openrecord.clinical.prose import Prose
from openrecord.clinical.signals.types import Coding, Signal, SignalKind
from openrecord.registry.types import Policy, ReleaseMode, ReleaseRule
from openrecord.screening.rules.placement import place
from openrecord.screening.rules.worklist import as_bits, from_bits, items, rank, signals_in
from openrecord.screening.types import EntryFacts, HideReason, Hold, Item, ItemState, Stance
from tests.unit.rules.facts import LONG_AGO, NOW, TICK, A, chunk, entry, entry_id, patient, record, utc

BY_HAND = ReleaseRule(ReleaseMode.BY_HAND)
KNOWN = utc("2024-01-10T09:00")
WEEK_LATER = utc("2024-01-17")


def by_hand(**changes: Any) -> AccessFacts:
    """The default patient, where conditions and consultations are released by hand."""
    release = {"condition": BY_HAND, "consultation": BY_HAND}
    return patient(**{"policies": {A: Policy(release=release)}, **changes})


def listed(facts: AccessFacts, *entries: EntryFacts, at: datetime = NOW) -> dict[bytes, Item]:
    known = record(*entries)
    return dict(items(facts, known, place(facts, known, at), at))


def one(facts: AccessFacts, *entries: EntryFacts, at: datetime = NOW) -> Item | None:
    """What becomes of the first entry."""
    return listed(facts, *entries, at=at).get(entries[0].entry_id)


def test_what_nobody_has_decided_waits_a_week_from_its_arrival() -> None:
    assert one(by_hand(), entry()) == Item(ItemState.UNDECIDED, KNOWN, WEEK_LATER, None)


def test_the_promise_is_the_practices() -> None:
    policy = Policy(release={"condition": BY_HAND}, screening_days=2)
    item = one(by_hand(policies={A: policy}), entry())
    assert item is not None
    assert item.due == utc("2024-01-12")


def test_what_came_before_a_rule_asked_for_a_decision_waits_a_week_from_the_rule() -> None:
    asked = utc("2024-03-01T15:00")
    rule = replace(BY_HAND, since=asked)
    facts = by_hand(policies={A: Policy(release={"condition": rule, "consultation": rule})})
    assert one(facts, entry(), at=asked) == Item(ItemState.UNDECIDED, KNOWN, utc("2024-03-08"), None)
    later = by_hand(policies={A: Policy(release={"condition": replace(BY_HAND, since=LONG_AGO)})})
    assert one(later, entry()) == Item(ItemState.UNDECIDED, KNOWN, WEEK_LATER, None)


def test_a_doubted_entry_waits_since_it_came_whatever_became_of_the_rule() -> None:
    rule = replace(BY_HAND, since=utc("2024-03-01"))
    facts = by_hand(policies={A: Policy(release={"condition": rule})})
    item = one(facts, entry(doubted=True), at=utc("2024-03-02"))
    assert item is not None
    assert item.due == WEEK_LATER


def test_what_a_policy_releases_is_due_then_at_the_latest_and_leaves_by_itself() -> None:
    after = ReleaseRule(ReleaseMode.AFTER_DAYS, 3)
    facts = by_hand(policies={A: Policy(release={"condition": after})})
    opens = utc("2024-01-13")
    assert one(facts, entry(), at=opens - TICK) == Item(ItemState.UNDECIDED, KNOWN, opens, opens)
    assert one(facts, entry(), at=opens) is None
    late = by_hand(policies={A: Policy(release={"condition": ReleaseRule(ReleaseMode.AFTER_DAYS, 30)})})
    assert one(late, entry(), at=opens) == Item(ItemState.UNDECIDED, KNOWN, WEEK_LATER, utc("2024-02-09"))


def test_a_doubt_does_not_end_by_a_policy() -> None:
    """Of merged records: what may be kept back in the other waits for a person, also where a policy would open it."""
    facts = by_hand(policies={A: Policy(release={"condition": ReleaseRule(ReleaseMode.AFTER_DAYS, 3)})})
    waiting = Item(ItemState.UNDECIDED, KNOWN, WEEK_LATER, None)
    assert one(facts, entry(doubted=True), at=utc("2024-02-13")) == waiting
    assert one(patient(), entry(doubted=True)) == waiting


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        (Hold(date(2024, 4, 1)), Item(ItemState.HELD_UNTIL, KNOWN, utc("2024-03-31T23:00"), None)),
        (Hold(date(2024, 2, 1)), Item(ItemState.HELD_UNTIL, KNOWN, utc("2024-02-01"), None)),
        (Hold(None), Item(ItemState.HELD_CONTACT, KNOWN, WEEK_LATER, None)),
        (Hold(None, contacted=True), Item(ItemState.CONTACTED, KNOWN, WEEK_LATER, None)),
        (Hold(None, utc("2025-05-01T22:59")), Item(ItemState.HELD_CONTACT, KNOWN, utc("2025-05-07T23:00"), None)),
        (
            Hold(None, utc("2025-05-01T23:00"), contacted=True),
            Item(ItemState.CONTACTED, KNOWN, utc("2025-05-08T23:00"), None),
        ),
    ],
)
def test_a_hold_stays_until_somebody_decides(hold: Hold, expected: Item) -> None:
    held = entry(stance=Stance(hold=hold))
    assert one(patient(), held) == expected
    assert one(by_hand(), held) == expected


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"stance": Stance(released=True)}, id="released"),
        pytest.param({"stance": Stance(hides=frozenset({HideReason.OTHER}))}, id="hidden"),
        pytest.param({"label": Label.NOT_FOR_PATIENT}, id="labelled at its source"),
        pytest.param({"status": VersionStatus.ENTERED_IN_ERROR}, id="entered in error"),
        pytest.param({"superseded": True}, id="superseded"),
        pytest.param({"wrong_person": True}, id="somebody else's"),
        pytest.param({"recorded": LONG_AGO}, id="history"),
        pytest.param({"missing_container": True}, id="part of what has not arrived"),
    ],
)
def test_what_a_decision_would_not_open_does_not_wait(changes: dict[str, Any]) -> None:
    assert one(by_hand(), entry(**changes)) is None


def test_nothing_waits_of_who_has_died_until_that_turns_out_to_be_wrong() -> None:
    held = entry(stance=Stance(hold=Hold(None)))
    assert listed(by_hand(died=True), entry(), held) == {}
    assert listed(by_hand(died=False), entry()) != {}


def test_what_is_released_on_saving_never_waits() -> None:
    assert listed(patient(), entry()) == {}
    assert one(patient(policies={A: None}), entry()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"died": True, "policies": {A: Policy(release={"condition": BY_HAND}, system_on=False)}},
        {"policies": {A: Policy(release={"condition": BY_HAND}, level=Level.SUMMARY)}},
        {"policies": {A: Policy(release={"condition": BY_HAND}, go_live=None)}},
        {"registrations": ()},
    ],
)
def test_what_the_ceiling_keeps_back_waits_for_nobody(changes: dict[str, Any]) -> None:
    assert listed(by_hand(**changes), entry()) == {}


def test_history_waits_once_it_is_granted() -> None:
    old = entry(recorded=LONG_AGO, clinical=LONG_AGO)
    assert one(by_hand(chunks=(chunk(),)), old) is not None


def test_a_part_waits_behind_its_container() -> None:
    consultation = entry(2, EntryKind.CONSULTATION)
    part = entry(1, containers=(entry_id(2),))
    assert listed(by_hand(), part, consultation).keys() == {entry_id(2)}
    released = entry(2, EntryKind.CONSULTATION, stance=Stance(released=True))
    assert listed(by_hand(), part, released).keys() == {entry_id(1)}


def test_two_notes_of_one_consultation_do_not_wait_for_each_other() -> None:
    facts = patient(policies={A: Policy(release={"comment": BY_HAND})})
    notes = [entry(n, EntryKind.COMMENT, has_text=True, containers=(entry_id(3),)) for n in (1, 2)]
    assert listed(facts, *notes, entry(3, EntryKind.CONSULTATION)).keys() == {entry_id(1), entry_id(2)}


def test_what_another_part_of_the_medicine_keeps_back_does_not_wait_itself() -> None:
    held = entry(1, EntryKind.MEDICATION, unit="u", stance=Stance(hold=Hold(None)))
    assert listed(patient(), held, entry(2, EntryKind.MEDICATION, unit="u")).keys() == {entry_id(1)}


@given(st.lists(st.tuples(st.sampled_from(SignalKind), st.integers(1, 3)), max_size=30))
def test_the_strongest_signal_of_each_kind_counts(found: list[tuple[SignalKind, int]]) -> None:
    signals = [Signal(kind, "w", None, "why", strength) for kind, strength in found]
    best = {kind: max(strength for each, strength in found if each is kind) for kind, _ in found}
    assert rank(signals) == 99 - sum(best.values())


def test_no_signal_stands_last() -> None:
    assert rank([]) == 99


@given(st.sets(st.sampled_from(SignalKind)))
def test_kinds_of_signals_read_back_from_their_bits(kinds: set[SignalKind]) -> None:
    assert from_bits(as_bits([*kinds, *kinds])) == tuple(kind for kind in SignalKind if kind in kinds)


def test_a_young_persons_confidence_counts_by_the_age_when_it_was_written() -> None:
    prose = Prose(("Seen alone. Does not want mum to know.",), (Coding(None, "1", "Depression"),), "")
    born = date(2010, 6, 1)
    young = {signal.kind for signal in signals_in(prose, born, utc("2024-03-01"))}
    grown = {signal.kind for signal in signals_in(prose, born, utc("2027-03-01"))}
    assert SignalKind.MINOR_CONFIDENTIAL in young - grown


def test_places_of_words_are_those_of_the_whole_text() -> None:
    prose = Prose(("All well.", "Her sister Janet says that she drinks."), (), "")
    (found,) = (signal for signal in signals_in(prose, None, None) if signal.kind is SignalKind.THIRD_PARTY)
    assert found in signals_in(prose, date(1980, 1, 1), None)
    assert found in signals_in(prose, None, NOW)
    assert found.span is not None
    assert "\n".join(prose.paragraphs)[found.span.start : found.span.end] == found.words
