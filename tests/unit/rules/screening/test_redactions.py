"""What leaves a record and what of it is marked: the effective state, by the rules of placement themselves (R35)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from openrecord.access.types import ProxyRule, Reason
from openrecord.clinical.incoming import Label, VersionStatus
from openrecord.clinical.kinds import EntryKind
from openrecord.registry.types import ON_SAVE, Policy
from openrecord.screening.rules.placement import place
from openrecord.screening.rules.redactions import LEFT_BEHIND, is_kept_from_proxies, redactions
from openrecord.screening.types import NO_STANCE, EntryFacts, HideReason, Hold, Stance
from tests.unit.rules.facts import ME, NOW, A, entry, entry_id, patient, record

HIDDEN = Stance(hides=frozenset({HideReason.OTHER}))


def marked(*entries: EntryFacts) -> dict[int, bool]:
    """Which leave, by number, and whether marked."""
    found = redactions(record(*entries), NOW)
    return {number: found[entry_id(number)] for number in range(1, 9) if entry_id(number) in found}


@pytest.mark.parametrize(
    ("changes", "is_marked"),
    [
        ({}, False),
        ({"stance": HIDDEN}, True),
        *(({"stance": Stance(hides=frozenset({reason}))}, True) for reason in HideReason),
        ({"stance": Stance(hold=Hold(None))}, True),
        ({"stance": Stance(hold=Hold(None, contacted=True))}, True),
        ({"stance": Stance(hold=Hold(date(2024, 3, 2)))}, True),
        ({"stance": Stance(hold=Hold(date(2024, 2, 1)))}, True),
        ({"stance": Stance(proxy_rule=ProxyRule(everyone=True))}, False),
        ({"label": Label.NOT_FOR_PATIENT}, True),
        ({"label": Label.UNKNOWN}, True),
        ({"copy_unresolved": True}, True),
        ({"missing_container": True}, True),
        ({"kind": EntryKind.RESULT, "filed": False}, False),
        ({"kind": EntryKind.RESULT, "filed": None}, False),
        ({"kind": EntryKind.CODE}, False),
        ({"kind": EntryKind.DIARY}, False),
        ({"recorded": None, "history_marks": frozenset({Reason.TRANSFERRED})}, False),
    ],
)
def test_an_entry_by_itself(changes: dict[str, Any], is_marked: bool) -> None:
    assert marked(entry(1, **changes)) == {1: is_marked}


@pytest.mark.parametrize(
    "changes",
    [
        {"wrong_person": True},
        {"superseded": True},
        {"safe_mapper": False},
        {"status": VersionStatus.DRAFT},
        {"status": VersionStatus.ENTERED_IN_ERROR},
    ],
)
def test_what_is_no_part_of_the_record_stays_behind_and_marks_its_parts(changes: dict[str, Any]) -> None:
    container = entry(1, EntryKind.CONSULTATION, **changes)
    assert marked(container, entry(2, containers=(entry_id(1),)), entry(3)) == {2: True, 3: False}


def test_a_container_marks_its_parts_and_a_medicine_its_other_parts() -> None:
    panel = entry(1, EntryKind.REPORT, stance=HIDDEN)
    parts = entry(2, containers=(entry_id(1),)), entry(3, containers=(entry_id(2),))
    assert marked(panel, *parts) == {1: True, 2: True, 3: True}
    issued = entry(1, EntryKind.ISSUE, unit="u", stance=HIDDEN)
    others = entry(2, EntryKind.PLAN, unit="u"), entry(3, EntryKind.MEDICATION, unit="other")
    assert marked(issued, *others) == {1: True, 2: True, 3: False}


def test_a_hold_that_ended_stays_with_its_entry_alone() -> None:
    ended = entry(1, EntryKind.ISSUE, unit="u", stance=Stance(hold=Hold(date(2024, 2, 1))))
    assert marked(ended, entry(2, EntryKind.PLAN, unit="u")) == {1: True, 2: False}


def test_the_words_of_a_group_with_something_hidden_are_marked() -> None:
    visit = entry(1, EntryKind.CONSULTATION)
    inside = (entry_id(1),)
    hidden, comment = entry(2, containers=inside, stance=HIDDEN), entry(3, EntryKind.COMMENT, containers=inside)
    measured = entry(4, EntryKind.OBSERVATION, containers=inside, has_text=True)
    assert marked(visit, hidden, comment, measured) == {1: False, 2: True, 3: True, 4: False}


def test_kept_from_proxies_is_told_apart() -> None:
    assert not is_kept_from_proxies(entry(1))
    for rule in (ProxyRule(everyone=True), ProxyRule(excluded=None), ProxyRule(excluded=frozenset({ME.viewer_id}))):
        assert is_kept_from_proxies(entry(1, stance=Stance(proxy_rule=rule)))


STANCES = [NO_STANCE, NO_STANCE, NO_STANCE, HIDDEN, Stance(hold=Hold(None)), Stance(hold=Hold(date(2024, 2, 1)))]
KINDS = [EntryKind.OBSERVATION, EntryKind.COMMENT, EntryKind.CONSULTATION, EntryKind.PLAN, EntryKind.MEDICATION]


@st.composite
def records(draw: st.DrawFn) -> tuple[EntryFacts, ...]:
    """A few entries, inside each other at will (a circle too), of two medicines, with anything decided about them."""
    entries = []
    for number in range(1, draw(st.integers(2, 7))):
        made = entry(number, draw(st.sampled_from(KINDS)))
        made = structs.replace(
            made,
            stance=draw(st.sampled_from(STANCES)),
            label=draw(st.sampled_from([Label.NONE, Label.NONE, Label.NONE, *Label])),
            status=draw(st.sampled_from([VersionStatus.FINAL, VersionStatus.FINAL, *VersionStatus])),
            unit=draw(st.sampled_from([None, "u", "v"])) if made.kind in KINDS[3:] else None,
            containers=tuple(entry_id(n) for n in sorted(draw(st.sets(st.integers(1, 6), max_size=1)) - {number})),
            missing_container=draw(st.integers(0, 9)) == 0,
            superseded=draw(st.integers(0, 9)) == 0,
            copy_unresolved=draw(st.integers(0, 9)) == 0,
        )
        entries.append(made)
    return tuple(entries)


@given(records())
def test_where_a_policy_releases_everything_exactly_what_is_not_placed_is_marked(
    entries: tuple[EntryFacts, ...],
) -> None:
    policy = Policy()
    policy = replace(policy, release=dict.fromkeys(policy.release, ON_SAVE))
    placed = place(patient(policies={A: policy}), record(*entries), NOW)
    stays = {key for key, placement in placed.items() if placement.reasons & LEFT_BEHIND}
    assert redactions(record(*entries), NOW) == {
        key: bool(placement.reasons) for key, placement in placed.items() if key not in stays
    }
