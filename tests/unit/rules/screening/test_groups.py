"""Containers, medication units, the free text of a group (architecture, Containers; QUESTIONS 18-20)."""

from typing import Any

import pytest

from openrecord.access.types import Reason
from openrecord.clinical.incoming import Label
from openrecord.clinical.kinds import EntryKind
from openrecord.screening.rules.groups import GroupEffect, Groups, group_effects, unit_hidden
from openrecord.screening.types import EntryFacts, EntryId
from tests.unit.rules.facts import entry, entry_id, record

NOTHING: frozenset[Reason] = frozenset()
HIDDEN = frozenset({Reason.HIDDEN_OTHER})
UNTOUCHED = GroupEffect(NOTHING, drops_text=False)


def part(number: int, *inside: int, kind: EntryKind = EntryKind.OBSERVATION, **changes: Any) -> EntryFacts:
    """An entry that is part of those with these numbers."""
    return entry(number, kind, containers=tuple(entry_id(each) for each in inside), **changes)


def effects(*entries: EntryFacts, own: dict[int, set[Reason]] | None = None) -> dict[int, GroupEffect]:
    """The effects by number of entry; `own`: the entry-level codes of some."""
    codes = {each.entry_id: NOTHING for each in entries}
    codes |= {entry_id(number): frozenset(found) for number, found in (own or {}).items()}
    found = group_effects(record(*entries), codes)
    return {number: found[entry_id(number)] for number in range(1, 9) if entry_id(number) in found}


def codes_of(*entries: EntryFacts, own: dict[int, set[Reason]] | None = None) -> dict[int, set[Reason]]:
    return {number: set(effect.reasons) for number, effect in effects(*entries, own=own).items() if effect.reasons}


def without_text(*entries: EntryFacts, own: dict[int, set[Reason]] | None = None) -> set[int]:
    return {number for number, effect in effects(*entries, own=own).items() if effect.drops_text}


def ids(*numbers: int) -> frozenset[EntryId]:
    return frozenset(entry_id(number) for number in numbers)


# 1 holds 2 and 5; 2 holds 3, which holds 4; 6 stands alone.
TREE = (part(1), part(2, 1), part(3, 2), part(4, 3), part(5, 1), part(6))


def test_an_entry_s_containers_are_known_near_and_far() -> None:
    groups = Groups(record(*TREE))
    assert [groups.ancestors(entry_id(number)) for number in (1, 2, 3, 4, 5, 6)] == [
        ids(), ids(1), ids(1, 2), ids(1, 2, 3), ids(1), ids(),
    ]  # fmt: skip


def test_a_group_is_the_topmost_container_and_all_in_it() -> None:
    groups = Groups(record(*TREE))
    assert [groups.tops(entry_id(number)) for number in (1, 4, 5, 6)] == [ids(1), ids(1), ids(1), ids(6)]
    assert groups.members(entry_id(1)) == ids(1, 2, 3, 4, 5)
    assert groups.members(entry_id(6)) == ids(6)
    assert groups.members(entry_id(2)) == ids(2), "not a topmost one"


def test_an_entry_may_lie_in_several_containers() -> None:
    groups = Groups(record(part(1), part(2), part(3, 1, 2), part(4, 3)))
    assert groups.tops(entry_id(4)) == ids(1, 2)
    assert groups.ancestors(entry_id(4)) == ids(1, 2, 3)
    assert groups.members(entry_id(2)) == ids(2, 3, 4)


def test_hiding_goes_down_never_up_and_not_sideways() -> None:
    """R34, HC-01."""
    assert codes_of(*TREE, own={2: {Reason.HIDDEN_OTHER}}) == {
        3: {Reason.CONTAINER_HIDDEN},
        4: {Reason.CONTAINER_HIDDEN},
    }
    assert codes_of(*TREE) == {}


@pytest.mark.parametrize("code", [Reason.UNFILED, Reason.UNDECIDED, Reason.DIARY, Reason.ADMINISTRATIVE])
def test_every_code_of_a_container_itself_passes_down(code: Reason) -> None:
    """QUESTIONS 18."""
    assert codes_of(*TREE, own={1: {code}, 6: {code}}) == {number: {Reason.CONTAINER_HIDDEN} for number in (2, 3, 4, 5)}


def test_a_container_not_yet_known_keeps_its_parts_back_near_and_far() -> None:
    """HC-03."""
    orphans = (part(1, missing_container=True), part(2, 1), part(3, 2), part(4), part(5, 4))
    assert codes_of(*orphans) == {number: {Reason.CONTAINER_UNKNOWN} for number in (1, 2, 3)}
    assert Groups(record(*orphans)).is_incomplete(entry_id(3))
    assert not Groups(record(*orphans)).is_incomplete(entry_id(5))


def test_a_container_that_is_not_at_hand_is_no_container() -> None:
    """Callers hand in whole groups; what is missing from the record says so itself."""
    groups = Groups(record(part(2, 1), part(3, 2)))
    assert groups.ancestors(entry_id(3)) == ids(2)
    assert groups.tops(entry_id(3)) == ids(2)


def test_entries_that_contain_each_other_count_as_in_unknown_containers() -> None:
    """R68."""
    ring = (part(1, 2), part(2, 1), part(3, 1), part(4), part(5, 5))
    assert codes_of(*ring) == {number: {Reason.CONTAINER_UNKNOWN} for number in (1, 2, 3, 5)}
    assert Groups(record(*ring)).cyclic == ids(1, 2, 5)
    assert codes_of(part(1, 3), part(2, 1), part(3, 2)) == {number: {Reason.CONTAINER_UNKNOWN} for number in (1, 2, 3)}


# Medication units


def medicine(number: int, unit: str | None = "a medicine", **changes: Any) -> EntryFacts:
    return entry(number, EntryKind.PLAN, unit=unit, **changes)


UNIT = (medicine(1), medicine(2), medicine(3), medicine(4, "another"), medicine(5, None), medicine(6, None))


@pytest.mark.parametrize(
    "code",
    [
        Reason.HIDDEN_SERIOUS_HARM,
        Reason.HIDDEN_THIRD_PARTY,
        Reason.HIDDEN_OTHER,
        Reason.HELD_UNTIL,
        Reason.HELD_CONTACT,
        Reason.NOT_FOR_PATIENT_LABEL,
    ],
)
def test_a_hide_hold_or_label_on_one_part_hides_the_others_of_its_medication_unit(code: Reason) -> None:
    """HC-08, QUESTIONS 20."""
    assert codes_of(*UNIT, own={1: {code, Reason.UNFILED}, 5: {code}}) == {
        2: {Reason.UNIT_HIDDEN},
        3: {Reason.UNIT_HIDDEN},
    }


def test_two_hidden_parts_hide_each_other_too() -> None:
    assert codes_of(*UNIT, own={1: {Reason.HIDDEN_OTHER}, 2: {Reason.HELD_CONTACT}}) == {
        number: {Reason.UNIT_HIDDEN} for number in (1, 2, 3)
    }


@pytest.mark.parametrize(
    "code",
    sorted(
        set(Reason)
        - {Reason.HIDDEN_SERIOUS_HARM, Reason.HIDDEN_THIRD_PARTY, Reason.HIDDEN_OTHER}
        - {Reason.HELD_UNTIL, Reason.HELD_CONTACT, Reason.NOT_FOR_PATIENT_LABEL}
    ),
)
def test_no_other_code_spreads_in_a_medication_unit(code: Reason) -> None:
    """QUESTIONS 20: undecided, unfiled and error do not spread."""
    assert codes_of(*UNIT, own={1: {code}}) == {}


@pytest.mark.parametrize("label", [Label.NOT_FOR_PATIENT, Label.UNKNOWN])
def test_a_source_s_label_counts_for_the_whole_unit_also_one_not_understood(label: Label) -> None:
    """Architecture, Containers; R68."""
    entries = record(medicine(1, label=label), medicine(2), medicine(3, "another"), medicine(4, None, label=label))
    assert unit_hidden(entries, dict.fromkeys(entries, NOTHING)) == ids(2)


# The text of a group


def test_a_hidden_member_takes_the_text_of_its_whole_group_but_not_its_own() -> None:
    """HC-05, HC-06, QUESTIONS 19: those beside it, above it and below; its own text is hidden with it anyway."""
    assert without_text(*TREE, own={5: {Reason.HIDDEN_OTHER}}) == {1, 2, 3, 4}
    assert without_text(*TREE) == set()


def test_two_hidden_members_take_each_other_s_text() -> None:
    assert without_text(*TREE, own={4: {Reason.HIDDEN_OTHER}, 5: {Reason.UNFILED}}) == {1, 2, 3, 4, 5}


def test_an_entry_s_own_containers_do_not_take_its_text() -> None:
    """Decision cases README: other than its own containers; those hide it as a whole."""
    assert without_text(*TREE, own={2: {Reason.HIDDEN_OTHER}}) == {1, 5}
    assert without_text(*TREE, own={1: {Reason.HIDDEN_OTHER}}) == set()
    assert without_text(*TREE, own={6: {Reason.HIDDEN_OTHER}}) == set()


def test_an_entry_in_two_groups_loses_its_text_to_either() -> None:
    entries = (part(1), part(2), part(3, 1, 2), part(4, 1), part(5, 2))
    assert without_text(*entries, own={4: {Reason.HIDDEN_OTHER}}) == {1, 3}


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        (Reason.DIARY, False),
        (Reason.ADMINISTRATIVE, False),
        (Reason.NEVER_CODE, True),
        (Reason.UNFILED, True),
        (Reason.ENTERED_IN_ERROR, True),
    ],
)
def test_diary_and_administrative_members_leave_the_text(code: Reason, *, taken: bool) -> None:
    """QUESTIONS 19; HC-11: a 104 inside takes it."""
    assert without_text(*TREE, own={5: {code}}) == ({1, 2, 3, 4} if taken else set())
    assert without_text(*TREE, own={5: {code, Reason.HIDDEN_OTHER}}) == {1, 2, 3, 4}


def test_a_member_hidden_with_its_medication_unit_takes_the_text_too() -> None:
    entries = (part(1), part(2, 1, unit="a medicine"), part(3, 1), medicine(4))
    assert without_text(*entries, own={4: {Reason.HIDDEN_OTHER}}) == {1, 3}


def test_comments_and_files_of_the_group_are_not_visible_and_other_entries_show_coded() -> None:
    """QUESTIONS 19, HC-06."""
    entries = (
        part(1, kind=EntryKind.CONSULTATION),
        part(2, 1, kind=EntryKind.COMMENT),
        part(3, 1, kind=EntryKind.DOCUMENT),
        part(4, 1, kind=EntryKind.CONDITION),
        part(5, 1),
    )
    assert effects(*entries, own={5: {Reason.HIDDEN_OTHER}}) == {
        1: GroupEffect(NOTHING, drops_text=True),
        2: GroupEffect(frozenset({Reason.MEMBER_HIDDEN_TEXT}), drops_text=True),
        3: GroupEffect(frozenset({Reason.MEMBER_HIDDEN_TEXT}), drops_text=True),
        4: GroupEffect(NOTHING, drops_text=True),
        5: UNTOUCHED,
    }


def test_a_comment_by_itself_is_no_group() -> None:
    assert effects(entry(1, EntryKind.COMMENT), own={1: {Reason.HIDDEN_OTHER}}) == {1: UNTOUCHED}


def test_one_entry_may_meet_every_code_of_its_group() -> None:
    entries = (
        part(1, missing_container=True),
        part(2, 1, kind=EntryKind.COMMENT, unit="a medicine"),
        part(3, 1, unit="a medicine"),
    )
    found = codes_of(*entries, own={1: {Reason.UNFILED}, 3: {Reason.HIDDEN_OTHER}})
    assert found[2] == {
        Reason.CONTAINER_HIDDEN,
        Reason.CONTAINER_UNKNOWN,
        Reason.UNIT_HIDDEN,
        Reason.MEMBER_HIDDEN_TEXT,
    }
