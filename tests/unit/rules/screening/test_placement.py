"""Placement: entry, group and time together; what may lie in the timeline (architecture, Placement)."""

from typing import Any

import pytest

from openrecord.access.rules.ceiling import Ceiling
from openrecord.access.types import Reason, Standing
from openrecord.clinical.kinds import EntryKind, Level, Section
from openrecord.registry.types import Policy
from openrecord.screening.rules.placement import lies_in_timeline, place, shows_text
from openrecord.screening.types import HideReason, Placement, Stance
from tests.unit.rules.facts import NOW, A, B, chunk, entry, entry_id, patient, record, utc

HIDDEN = Stance(hides=frozenset({HideReason.OTHER}))


def test_codes_of_entry_and_group_stand_together_and_time_stands_by_itself() -> None:
    old = utc("2020-01-01")
    inside: dict[str, Any] = {"containers": (entry_id(1),)}
    entries = record(
        entry(1, EntryKind.CONSULTATION),
        entry(2, EntryKind.RESULT, filed=False, **inside),
        entry(3, EntryKind.COMMENT, recorded=old, **inside),
        entry(4, stance=HIDDEN, recorded=old),
        entry(5, org=B),
    )
    history = frozenset({Reason.BEFORE_WINDOW})
    covering = frozenset({chunk().chunk_id})
    assert place(patient(chunks=(chunk(),)), entries, NOW) == {
        each.entry_id: each
        for each in (
            Placement(entry_id(1), frozenset(), Standing(A, entries[entry_id(1)].slot), drops_text=True),
            Placement(entry_id(2), frozenset({Reason.UNFILED}), Standing(A, entries[entry_id(2)].slot)),
            Placement(
                entry_id(3),
                frozenset({Reason.MEMBER_HIDDEN_TEXT}),
                Standing(A, entries[entry_id(3)].slot, covering, history),
                drops_text=True,
            ),
            Placement(
                entry_id(4), frozenset({Reason.HIDDEN_OTHER}), Standing(A, entries[entry_id(4)].slot, covering, history)
            ),
            Placement(entry_id(5), frozenset({Reason.UNKNOWN_INPUT}), Standing(B, entries[entry_id(5)].slot)),
        )
    }


@pytest.mark.parametrize(
    ("policy", "changes", "lies"),
    [
        pytest.param(Policy(), {}, True, id="nothing speaks against it and the ceiling admits it"),
        pytest.param(Policy(), {"stance": HIDDEN}, False, id="hidden"),
        pytest.param(Policy(level=Level.SUMMARY), {}, False, id="above the practice's level"),
        pytest.param(Policy(sections_off=frozenset({Section.PROBLEMS})), {}, False, id="section off"),
        pytest.param(Policy(), {"recorded": utc("2020-01-01")}, False, id="history not granted"),
    ],
)
def test_an_entry_lies_in_the_timeline(policy: Policy, changes: dict[str, Any], *, lies: bool) -> None:
    facts = patient(policies={A: policy})
    (placement,) = place(facts, record(entry(**changes)), NOW).values()
    assert lies_in_timeline(Ceiling(facts, NOW), placement) is lies


@pytest.mark.parametrize(
    ("level", "drops_text", "shown"),
    [(Level.FULL, False, True), (Level.FULL, True, False), (Level.DOCUMENTS, False, False)],
)
def test_free_text_lies_there_within_the_ceiling_unless_the_group_drops_it(
    level: Level, *, drops_text: bool, shown: bool
) -> None:
    ceiling = Ceiling(patient(policies={A: Policy(level=level)}), NOW)
    placement = Placement(entry_id(1), frozenset(), Standing(A, entry().slot), drops_text)
    assert shows_text(ceiling, placement) is shown
