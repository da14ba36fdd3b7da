"""What a practice gives one patient: its default once, as an account begins after go-live, and more since (R42)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from openrecord.access.rules.giving import given, owed, own
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import Competence, LevelGrant, Reason, Standing, Viewer
from openrecord.clinical.kinds import Level, Slot
from openrecord.registry.types import Policy, Registration
from tests.unit.rules.facts import LAWYER, ME, NOW, SON, TICK, A, B, patient, people, utc

GO_LIVE = date(2023, 11, 1)
BEGUN = utc("2024-01-10T09:00")
SHORT = {A: Policy(new_level=Level.SUMMARY)}
NEW = replace(ME, granted=BEGUN)


def newcomer(viewer: Viewer = NEW, **changes: Any) -> Any:
    """A patient whose account began after go-live, where new accounts see medicines and allergies."""
    return patient(**{"policies": SHORT, "viewers": people(viewer, SON, LAWYER), **changes})


def at_level(level: Level, when: datetime) -> dict[str, Any]:
    return {"levels_given": {A: LevelGrant(level, when)}}


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        pytest.param({}, Level.SUMMARY, id="the default"),
        pytest.param({"viewers": people(ME)}, None, id="an account from before go-live"),
        pytest.param({"viewers": people(replace(ME, granted=utc("2023-11-01")))}, None, id="from its very midnight"),
        pytest.param(
            {"viewers": people(replace(ME, granted=utc("2023-11-01") + TICK))}, Level.SUMMARY, id="just after"
        ),
        pytest.param({"viewers": people(replace(ME, granted=None), SON)}, None, id="no account"),
        pytest.param({"viewers": people(replace(ME, granted=NOW + TICK))}, None, id="not begun yet"),
        pytest.param({"policies": {}}, None, id="no policy"),
        pytest.param({"policies": {A: Policy(go_live=None, new_level=Level.SUMMARY)}}, None, id="not live"),
        pytest.param(at_level(Level.DETAILED, BEGUN), Level.DETAILED, id="given with it"),
        pytest.param(at_level(Level.DETAILED, NOW), Level.DETAILED, id="given since"),
        pytest.param(at_level(Level.DETAILED, BEGUN - TICK), Level.SUMMARY, id="given before it began"),
        pytest.param({"viewers": people(ME), **at_level(Level.DETAILED, NOW)}, Level.DETAILED, id="an old one, given"),
        pytest.param(
            {"viewers": people(ME), "registrations": (Registration(A, date(2024, 2, 1)),)},
            Level.SUMMARY,
            id="registered after go-live",
        ),
        pytest.param(
            {"registrations": (Registration(A, date(2024, 2, 1)),), **at_level(Level.FULL, BEGUN)},
            Level.SUMMARY,
            id="registered again since it was given",
        ),
        pytest.param(
            {"viewers": people(ME), "born": date(2008, 2, 1), "competence": Competence(utc("2022-01-01"), Level.FULL)},
            Level.SUMMARY,
            id="turned 16 after go-live (R40)",
        ),
        pytest.param(
            {"viewers": people(ME), "born": date(2010, 2, 1), "competence": Competence(utc("2023-01-01"), Level.FULL)},
            None,
            id="competent before go-live",
        ),
    ],
)
def test_what_is_given(changes: dict[str, Any], level: Level | None) -> None:
    assert given(newcomer(**changes), A, NOW) is level


def test_what_is_owed_is_noted_once_as_of_the_beginning() -> None:
    facts = newcomer(registrations=(Registration(A, date(2010, 1, 1)), Registration(B, date(2010, 1, 1))))
    assert owed(facts, NOW) == {A: LevelGrant(Level.SUMMARY, BEGUN)}
    noted = replace(facts, levels_given=owed(facts, NOW))
    assert owed(noted, NOW) == {}
    changed = replace(noted, policies={A: Policy(new_level=Level.FULL)})
    assert given(changed, A, NOW + timedelta(days=400)) is Level.SUMMARY
    assert owed(newcomer(**at_level(Level.FULL, BEGUN - TICK)), NOW) == {A: LevelGrant(Level.SUMMARY, BEGUN)}


def test_nothing_is_owed_where_nobody_is_registered_or_nothing_began() -> None:
    left = (Registration(A, date(2010, 1, 1), date(2024, 2, 1)),)
    assert owed(newcomer(registrations=left), NOW) == {}
    assert owed(newcomer(), BEGUN - TICK) == {}
    assert list(owed(newcomer(), BEGUN)) == [A]
    assert owed(newcomer(viewers=people(ME)), NOW) == {}
    assert owed(newcomer(viewers=people(SON), **at_level(Level.FULL, NOW)), NOW) == {}


def test_whose_account_it_is() -> None:
    assert own(patient()) is ME
    assert own(patient(viewers=people(SON))) is None
    assert own(patient(viewers=people(replace(ME, granted=None)))) is None


@pytest.mark.parametrize(
    ("viewer", "policy", "reasons"),
    [
        pytest.param(NEW, Level.FULL, {Reason.LEVEL}, id="the patient"),
        pytest.param(SON, Level.FULL, {Reason.LEVEL}, id="who acts by the patient's consent sees no more"),
        pytest.param(LAWYER, Level.FULL, set(), id="who acts by law sees what the practice gave them"),
        pytest.param(LAWYER, Level.SUMMARY, {Reason.LEVEL}, id="and never more than the limit for everybody"),
    ],
)
def test_it_bounds_the_patient_and_whom_they_chose(viewer: Viewer, policy: Level, reasons: set[Reason]) -> None:
    facts = newcomer(policies={A: Policy(level=policy, new_level=Level.SUMMARY)})
    assert SightContext(facts, viewer, NOW).reasons(Standing(A, Slot.DOCUMENT)) == reasons


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("more", Level)
def test_what_is_given_never_lifts_the_limit_for_everybody(level: Level, more: Level) -> None:
    facts = newcomer(policies={A: Policy(level=level)}, **at_level(more, NOW))
    assert SightContext(facts, NEW, NOW).level(A) is min(level, more)
