"""Copies of what is kept back, by kind and day: all of them, and only what came since and nobody has decided about."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access.types import ProxyRule, ViewerId
from openrecord.clinical.kinds import EntryKind
from openrecord.registry.types import PatientId
from openrecord.screening.rules.likeness import alike, doubted, doubted_if_merged, is_kept_back
from openrecord.screening.types import EntryFacts, EntryId, EntryState, HideReason, Hold, Stance
from tests.unit.rules.facts import TICK, entry, utc

SINCE = utc("2024-02-01T12:00")
DAY = utc("2023-06-15T22:30")
HIDDEN = Stance(hides=frozenset({HideReason.THIRD_PARTY}))
KEPT = (
    HIDDEN,
    Stance(hold=Hold(None)),
    Stance(hold=Hold(date(2024, 9, 9), contacted=True)),
    Stance(proxy_rule=ProxyRule(everyone=True)),
    Stance(proxy_rule=ProxyRule(excluded=frozenset({ViewerId(UUID(int=4))}))),
    Stance(proxy_rule=ProxyRule(excluded=None)),
)


@pytest.mark.parametrize("stance", KEPT)
def test_what_people_keep_back_is_looked_for(stance: Stance) -> None:
    kept = entry(1, known=SINCE - TICK, clinical=DAY, stance=stance)
    copy = entry(2, known=SINCE, clinical=DAY)
    assert is_kept_back(kept)
    assert alike([kept, copy], since=SINCE) == {copy.entry_id}


def test_what_is_somebody_elses_is_looked_for_and_not_found_itself() -> None:
    wrong, again = entry(1, wrong_person=True, known=SINCE), entry(2, wrong_person=True, known=SINCE)
    copy = entry(3, known=SINCE)
    assert alike([wrong, again, copy], since=SINCE) == {copy.entry_id}


@pytest.mark.parametrize("stance", [Stance(), Stance(released=True)])
def test_what_nobody_keeps_back_has_no_copies(stance: Stance) -> None:
    assert not is_kept_back(entry(1, stance=stance))
    assert alike([entry(1, stance=stance), entry(2, known=SINCE)], since=SINCE) == frozenset()


def test_what_came_before_and_what_was_decided_about_is_left_alone() -> None:
    kept, before = entry(1, stance=HIDDEN), entry(2, known=SINCE - TICK)
    released, held = entry(3, known=SINCE, stance=Stance(released=True)), entry(4, known=SINCE, stance=KEPT[1])
    assert alike([kept, before, released, held], since=SINCE) == frozenset()


def test_the_day_is_londons_and_having_none_is_alike() -> None:
    kept = entry(1, clinical=DAY, stance=HIDDEN)
    late, next_day = DAY + timedelta(minutes=29), DAY + timedelta(minutes=30)
    copies = [entry(2, known=SINCE, clinical=late), entry(3, known=SINCE, clinical=next_day)]
    assert alike([kept, *copies], since=SINCE) == {copies[0].entry_id}
    undated, dated = entry(4, clinical=None, stance=HIDDEN), entry(5, known=SINCE, clinical=None)
    assert alike([undated, dated], since=SINCE) == {dated.entry_id}


def test_another_kind_of_the_same_day_is_not_alike() -> None:
    kept = entry(1, EntryKind.RESULT, stance=HIDDEN)
    assert alike([kept, entry(2, EntryKind.CONDITION, known=SINCE)], since=SINCE) == frozenset()


ENTRIES = st.lists(
    st.builds(
        lambda kind, day, known, stance, wrong: {
            "kind": kind, "clinical": DAY + timedelta(days=day), "known": SINCE + timedelta(days=known),
            "stance": stance, "wrong_person": wrong,
        },
        st.sampled_from([EntryKind.RESULT, EntryKind.CONDITION]), st.integers(0, 2), st.integers(-1, 1),
        st.sampled_from([Stance(), Stance(released=True), *KEPT]), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@given(ENTRIES)
def test_against_a_plain_search(told: list[dict[str, Any]]) -> None:
    entries = [entry(number, **changes) for number, changes in enumerate(told)]
    expected = set()
    for one in entries:
        for other in entries:
            kept = other.wrong_person or other.stance not in (Stance(), Stance(released=True))
            if (
                kept
                and one.kind == other.kind
                and one.clinical == other.clinical
                and one.known >= SINCE
                and one.stance == Stance()
                and not one.wrong_person
            ):
                expected.add(one.entry_id)
    assert alike(entries, since=SINCE) == expected


OTHER = PatientId(7)
STANCES = st.sampled_from((Stance(), Stance(released=True), HIDDEN))


def states(*entries: EntryFacts) -> dict[EntryId, EntryState]:
    return {one.entry_id: EntryState(one, UUID(int=1), "") for one in entries}


@given(
    st.lists(
        st.tuples(
            st.sampled_from((None, OTHER, PatientId(8))), st.booleans(), STANCES, st.integers(0, 1),
            st.sampled_from((EntryKind.CONDITION, EntryKind.IMMUNISATION)),
        ),
        max_size=7,
    )
)  # fmt: skip
def test_of_merged_records_what_may_be_kept_back_in_another_is_doubted(drawn: list[Any]) -> None:
    known = [
        entry(number, came_as=record, answered=answered, stance=stance, clinical=DAY + timedelta(days=day), kind=kind)
        for number, (record, answered, stance, day, kind) in enumerate(drawn, 1)
    ]
    expected = {
        one.entry_id
        for one in known
        for two in known
        if not one.answered and is_kept_back(two) and (one.kind, one.clinical) == (two.kind, two.clinical)
        and one.came_as != two.came_as
    }  # fmt: skip
    found = doubted(states(*known))
    assert {entry_id for entry_id, state in found.items() if state.facts.doubted} == expected
    assert doubted(found) == found
    assert list(found) == [one.entry_id for one in known]


def test_a_doubt_ends_when_its_reason_does() -> None:
    left = entry(1, came_as=OTHER, clinical=DAY, doubted=True)
    assert not doubted(states(left))[left.entry_id].facts.doubted


def test_how_many_would_be_doubted_is_told_beforehand() -> None:
    hidden, like, answered = (
        entry(1, clinical=DAY, stance=HIDDEN), entry(2, clinical=DAY), entry(3, clinical=DAY, answered=True)
    )  # fmt: skip
    assert len(doubted_if_merged(states(hidden), states(like, answered), OTHER)) == 2
    assert len(doubted_if_merged(states(like), states(hidden), OTHER)) == 1
    assert len(doubted_if_merged(states(like), states(answered), OTHER)) == 0
