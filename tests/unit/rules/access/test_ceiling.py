"""The ceiling: what the practice has opened, before any person's own grant (architecture, Placement)."""

from datetime import date
from typing import Any

import pytest

from openrecord.access.rules.ceiling import Ceiling, level_of, mask
from openrecord.access.types import ChunkId, Standing
from openrecord.clinical.kinds import Level, Section, Slot
from openrecord.registry.types import OdsCode, Policy, Registration
from tests.unit.rules.facts import NOW, A, B, chunk, patient

SUMMARY = {Slot.MEDICATION_STATEMENT, Slot.MEDICATION_REQUEST, Slot.ALLERGY}
ALL = set(Slot) - {Slot.NEVER}
DETAILED = ALL - {Slot.DOCUMENT, Slot.COMMENT}
DOCUMENTS = ALL - {Slot.COMMENT}


def standing(slot: Slot = Slot.PROBLEM, *chunks: int, org: OdsCode = A, history: bool = False) -> Standing:
    """A current entry, or history that the chunks with these numbers cover."""
    covering = frozenset(chunk(number).chunk_id for number in chunks) if history or chunks else None
    return Standing(org, slot, covering)


def slots(bits: int) -> set[Slot]:
    """The slots of a mask; fails for a bit that is no slot."""
    return {Slot(bit) for bit in range(bits.bit_length()) if bits >> bit & 1}


@pytest.mark.parametrize(
    ("level", "opened"),
    [
        (Level.NONE, set()),
        (Level.SUMMARY, SUMMARY),
        (Level.DETAILED, DETAILED),
        (Level.DOCUMENTS, DOCUMENTS),
        (Level.FULL, ALL),
    ],
)
def test_a_level_opens_its_kinds_and_those_of_every_lower_one(level: Level, opened: set[Slot]) -> None:
    """Domain 1.4; LV-01 to LV-04."""
    assert slots(mask(patient(policies={A: Policy(level=level)}), standing(), NOW)) == opened


@pytest.mark.parametrize(
    ("changes", "opened"),
    [
        pytest.param(
            {"policies": {A: Policy(sections_off=frozenset({Section.RESULTS}))}},
            ALL - {Slot.LABORATORY, Slot.REPORT, Slot.SPECIMEN},
            id="a section that is off (LV-07)",
        ),
        pytest.param({"policies": {}}, set(), id="no policy (R68)"),
        pytest.param({"policies": {A: None}}, set(), id="policy unknown (R68)"),
        pytest.param({"policies": {A: Policy(system_on=False)}}, set(), id="switched off"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, set(), id="not live"),
        pytest.param({"registrations": (Registration(A, date(2010, 1, 1), date(2024, 1, 1)),)}, set(), id="deducted"),
    ],
)
def test_what_is_closed_to_the_patient_is_closed_to_all(changes: dict[str, Any], opened: set[Slot]) -> None:
    assert slots(mask(patient(**changes), standing(), NOW)) == opened


def test_history_has_the_best_level_of_the_chunks_that_cover_it_whatever_the_current_level() -> None:
    """Decision cases README: for a covered entry the level is that of the chunk, the highest of several (DT-10)."""
    given = (chunk(1, level=Level.SUMMARY), chunk(2, level=Level.DETAILED), chunk(3, level=Level.FULL))
    facts = patient(chunks=given, policies={A: Policy(level=Level.NONE)})
    assert level_of(facts, standing(Slot.PROBLEM, 1, 2)) is Level.DETAILED
    assert level_of(facts, standing(Slot.PROBLEM, 1)) is Level.SUMMARY
    assert level_of(facts, standing(history=True)) is Level.NONE
    assert level_of(facts, standing()) is Level.NONE
    assert level_of(patient(), standing()) is Level.FULL
    assert level_of(patient(), standing(org=B)) is Level.NONE


def test_an_entry_is_admitted_by_its_slot() -> None:
    ceiling = Ceiling(patient(policies={A: Policy(level=Level.SUMMARY)}), NOW)
    assert {slot for slot in Slot if ceiling.admits(standing(slot))} == SUMMARY


def test_kinds_that_are_never_shown_are_never_admitted() -> None:
    assert not Ceiling(patient(), NOW).admits(standing(Slot.NEVER))


def test_history_is_admitted_only_where_a_chunk_covers_it() -> None:
    """DT-08, DT-11."""
    ceiling = Ceiling(patient(chunks=(chunk(1),)), NOW)
    assert ceiling.admits(standing(Slot.PROBLEM, 1))
    assert not ceiling.admits(standing(history=True))
    assert not ceiling.admits(Standing(A, Slot.PROBLEM, frozenset({ChunkId(chunk(7).chunk_id)})))


@pytest.mark.parametrize("level", Level)
def test_free_text_is_admitted_at_full_only(level: Level) -> None:
    """Domain 1.4."""
    ceiling = Ceiling(patient(policies={A: Policy(level=level)}, chunks=(chunk(1, level=level),)), NOW)
    assert ceiling.admits_text(standing()) is (level is Level.FULL)
    assert ceiling.admits_text(standing(Slot.PROBLEM, 1)) is (level is Level.FULL)


def test_each_standing_is_answered_for_itself_however_often_it_is_asked() -> None:
    facts = patient(
        registrations=(Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1))),
        policies={A: Policy(level=Level.SUMMARY), B: Policy()},
        chunks=(chunk(1), chunk(2, level=Level.NONE)),
    )
    ceiling = Ceiling(facts, NOW)
    for _ in range(2):
        assert not ceiling.admits(standing())
        assert ceiling.admits(standing(Slot.PROBLEM, 1))
        assert not ceiling.admits(standing(Slot.PROBLEM, 2))
        assert ceiling.admits(standing(org=B))
        assert not ceiling.admits_text(standing())
        assert ceiling.admits_text(standing(Slot.PROBLEM, 1))
        assert ceiling.admits_text(standing(org=B))
