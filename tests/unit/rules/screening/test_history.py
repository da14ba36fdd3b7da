"""What counts as history, and which granted chunk covers it (architecture, Historical; R45, R47, R67; QUESTIONS 10)."""

from datetime import date
from typing import Any

import pytest

from openrecord.access.types import Chunk, Reason, Standing, WindowOverride
from openrecord.clinical.kinds import EntryKind, Section
from openrecord.registry.types import Policy, Registration
from openrecord.screening.rules.history import History, covers
from openrecord.screening.types import EntryFacts
from tests.unit.rules.facts import NOW, TICK, A, B, chunk, entry, patient, utc

# The default window of A opens on 1 November 2023; ninety days before is 3 August 2023 (British Summer Time).
WINDOW = utc("2023-11-01")
OLDEST = utc("2023-08-02T23:00")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({}, set(), id="recorded and dated since the window opened"),
        pytest.param({"recorded": WINDOW}, set(), id="recorded at its first instant (R67, DT-01)"),
        pytest.param({"recorded": WINDOW - TICK}, {Reason.BEFORE_WINDOW}, id="recorded just before"),
        pytest.param({"recorded": None}, {Reason.RECORDED_MISSING}, id="no recorded date, however new (DT-04)"),
        pytest.param({"clinical": OLDEST}, set(), id="dated ninety days before the window (DT-05)"),
        pytest.param({"clinical": OLDEST - TICK}, {Reason.BACK_RECORD}, id="dated ninety-one days before (DT-05)"),
        pytest.param({"clinical": None}, {Reason.BACK_RECORD}, id="no clinical date (QUESTIONS 10)"),
        pytest.param(
            {"history_marks": frozenset({Reason.TRANSFERRED})}, {Reason.TRANSFERRED}, id="transferred (MV-04)"
        ),
        pytest.param({"history_marks": frozenset({Reason.FIRST_LOAD})}, {Reason.FIRST_LOAD}, id="first load (DT-07)"),
        pytest.param({"known": utc("2030-01-01")}, set(), id="our arrival time never counts (DT-06)"),
        pytest.param(
            {"recorded": utc("2020-01-01"), "clinical": None, "history_marks": frozenset({Reason.TRANSFERRED})},
            {Reason.BEFORE_WINDOW, Reason.BACK_RECORD, Reason.TRANSFERRED},
            id="every test is made by itself",
        ),
    ],
)
def test_codes_of_time(changes: dict[str, Any], codes: set[Reason]) -> None:
    assert History(patient(), NOW).reasons(entry(**changes)) == codes


OLD = entry(recorded=utc("2020-01-01"), clinical=utc("2020-01-01"))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({"policies": {A: Policy(go_live=date(2020, 1, 1))}}, set(), id="the window opens earlier"),
        pytest.param(
            {"policies": {A: Policy(go_live=date(2020, 1, 2))}}, {Reason.BEFORE_WINDOW}, id="dated one day before"
        ),
        pytest.param(
            {"policies": {A: Policy(go_live=date(2020, 1, 2), back_record_days=0)}},
            {Reason.BEFORE_WINDOW, Reason.BACK_RECORD},
            id="a policy without days of grace",
        ),
        pytest.param({"policies": {A: Policy(go_live=None)}}, set(), id="no go-live: no window"),
        pytest.param({"policies": {}}, set(), id="no policy: no window"),
        pytest.param({"window_starts": {A: WindowOverride(date(2020, 1, 1), NOW)}}, set(), id="as set (R45)"),
    ],
)
def test_codes_of_time_go_by_the_organisation_s_window(changes: dict[str, Any], codes: set[Reason]) -> None:
    assert History(patient(**changes), NOW).reasons(OLD) == codes


def test_a_missing_recorded_date_and_marks_count_also_without_a_window() -> None:
    """Decision cases README, How some are tested."""
    history = History(patient(policies={A: Policy(go_live=None)}), NOW)
    facts = entry(recorded=None, clinical=None, history_marks=frozenset({Reason.FIRST_LOAD}))
    assert history.reasons(facts) == {Reason.RECORDED_MISSING, Reason.FIRST_LOAD}


def test_each_organisation_has_its_own_window_however_often_it_is_asked() -> None:
    facts = patient(
        registrations=(Registration(A, date(2010, 1, 1)), Registration(B, date(2024, 1, 15))),
        policies={A: Policy(), B: Policy()},
    )
    history = History(facts, NOW)
    for _ in range(2):
        assert history.reasons(entry()) == set()
        assert history.reasons(entry(org=B)) == {Reason.BEFORE_WINDOW}


FEBRUARY: dict[str, Any] = {"first": date(2024, 2, 1), "last": date(2024, 2, 29)}


@pytest.mark.parametrize(
    ("granted", "changes", "covered"),
    [
        pytest.param(chunk(), {}, True, id="no bounds"),
        pytest.param(chunk(), {"clinical": None}, True, id="no bounds, no clinical date"),
        pytest.param(chunk(granted=utc("2024-01-10T09:00")), {}, True, id="known when it was granted"),
        pytest.param(
            chunk(granted=utc("2024-01-10T09:00") - TICK), {}, False, id="arrived later: not reviewed (DT-12)"
        ),
        pytest.param(chunk(sections=frozenset({Section.PROBLEMS})), {}, True, id="its section (DT-09)"),
        pytest.param(chunk(sections=frozenset({Section.RESULTS})), {}, False, id="another section (DT-09)"),
        pytest.param(
            chunk(sections=frozenset(Section)),
            {"kind": EntryKind.DIARY},
            False,
            id="sections reach no kind without one",
        ),
        pytest.param(chunk(**FEBRUARY), {"clinical": utc("2024-02-01")}, True, id="first day (DT-08)"),
        pytest.param(chunk(**FEBRUARY), {"clinical": utc("2024-02-01") - TICK}, False, id="the day before"),
        pytest.param(chunk(**FEBRUARY), {"clinical": utc("2024-03-01") - TICK}, True, id="last day, to its end"),
        pytest.param(chunk(**FEBRUARY), {"clinical": utc("2024-03-01")}, False, id="the day after"),
        pytest.param(chunk(first=date(2024, 2, 1)), {"clinical": utc("2030-01-01")}, True, id="no end"),
        pytest.param(chunk(last=date(2024, 2, 1)), {"clinical": utc("1990-01-01")}, True, id="no beginning"),
        pytest.param(chunk(first=date(2024, 2, 1)), {"clinical": None}, False, id="a beginning, no clinical date"),
        pytest.param(chunk(last=date(2024, 2, 1)), {"clinical": None}, False, id="an end, no clinical date"),
        pytest.param(
            chunk(first=date(2024, 7, 2)), {"clinical": utc("2024-07-01T23:00")}, True, id="days are London's (R67)"
        ),
    ],
)
def test_a_chunk_covers(granted: Chunk, changes: dict[str, Any], *, covered: bool) -> None:
    """QUESTIONS 10: by clinical date, only what was known when it was granted."""
    facts: EntryFacts = entry(**changes)
    assert covers(granted, facts) is covered


def test_a_current_entry_needs_no_chunk() -> None:
    history = History(patient(chunks=(chunk(),)), NOW)
    assert history.standing(entry()) == Standing(A, entry().slot)


def test_history_stands_with_every_chunk_that_holds_and_covers_it() -> None:
    """R47, DT-11."""
    given = (chunk(1), chunk(2, withdrawn=True), chunk(3, org=B), chunk(4, **FEBRUARY), chunk(5))
    old = entry(recorded=utc("2020-01-01"))
    assert History(patient(chunks=given), NOW).standing(old) == Standing(
        A, old.slot, frozenset({chunk(1).chunk_id, chunk(5).chunk_id}), frozenset({Reason.BEFORE_WINDOW})
    )
    assert History(patient(), NOW).standing(old).chunks == frozenset()


def test_without_a_window_marked_entries_are_covered_by_chunks_all_the_same() -> None:
    history = History(patient(policies={A: Policy(go_live=None)}, chunks=(chunk(),)), NOW)
    assert history.standing(entry(recorded=None)).chunks == frozenset({chunk().chunk_id})
