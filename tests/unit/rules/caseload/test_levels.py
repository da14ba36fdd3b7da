"""What a practice can open to somebody who asks for more, and what opens it: the decision itself says so afterwards."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.access import events
from openrecord.access.rules.fold import fold
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import Choices, CodeFact, Competence, LevelGrant, Method, ReviewCode
from openrecord.caseload.rules.levels import acts, again, openable, opens_again
from openrecord.clinical.kinds import Level
from openrecord.registry.types import Policy
from tests.unit.rules.facts import LONG_AGO, ME, NOW, A, B, patient, utc

AT_RISK = CodeFact(ReviewCode.ENHANCED_REVIEW, date(2022, 1, 1), utc("2022-01-01"), utc("2022-01-01"))
SUMMARY: dict[str, Any] = {"levels_given": {A: LevelGrant(Level.SUMMARY, utc("2024-01-01"))}}


@pytest.mark.parametrize(
    ("changes", "levels"),
    [
        pytest.param({}, set(), id="all is open"),
        pytest.param(SUMMARY, {Level.DETAILED, Level.DOCUMENTS, Level.FULL}, id="the default for new accounts"),
        pytest.param({"policies": {A: Policy(level=Level.DETAILED)}}, set(), id="the limit for everybody stays"),
        pytest.param(
            {**SUMMARY, "policies": {A: Policy(level=Level.DETAILED)}}, {Level.DETAILED}, id="up to the limit"
        ),
        pytest.param({"lowered": Level.DETAILED}, {Level.DOCUMENTS, Level.FULL}, id="lowered at the practice"),
        pytest.param({"online": Choices(lowered=Level.DOCUMENTS)}, {Level.FULL}, id="lowered on our pages"),
        pytest.param({"paused": True}, set(), id="paused: that is another request"),
        pytest.param({"codes": (AT_RISK,)}, set(), id="a code 104 stays"),
        pytest.param(
            {"codes": (AT_RISK,), "policies": {A: Policy(at_risk_level=Level.DETAILED)}, "lowered": Level.SUMMARY},
            {Level.DETAILED},
            id="up to what a code 104 leaves",
        ),
        pytest.param(
            {"born": date(2010, 1, 1), "competence": Competence(LONG_AGO, Level.DETAILED), "lowered": Level.SUMMARY},
            {Level.DETAILED},
            id="up to the competence recorded",
        ),
        pytest.param({"policies": {}}, set(), id="no policy"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, set(), id="not live"),
    ],
)
def test_what_can_be_opened(changes: dict[str, Any], levels: set[Level]) -> None:
    assert openable(patient(**changes), ME.viewer_id, A, NOW) == levels


def test_nothing_is_opened_to_strangers_or_elsewhere() -> None:
    assert openable(patient(**SUMMARY), ME.viewer_id, B, NOW) == set()
    assert openable(patient(**SUMMARY, viewers={}), ME.viewer_id, A, NOW) == set()


def test_only_what_the_patient_lowered_further_is_lifted() -> None:
    given_full, given_short = (events.LevelGiven(org=A, level=int(level)) for level in (Level.FULL, Level.DETAILED))
    assert acts(patient(), A, Level.FULL) == (given_full,)
    for lowered in ({"lowered": Level.DETAILED}, {"online": Choices(lowered=Level.DETAILED)}):
        assert acts(patient(**lowered), A, Level.DETAILED) == (given_short,)
        assert acts(patient(**lowered), A, Level.FULL) == (events.Raised(), given_full)


@pytest.mark.parametrize("paused", [{"paused": True}, {"online": Choices(paused=True)}])
def test_access_again_ends_a_pause_where_there_is_one(paused: dict[str, Any]) -> None:
    wanted = events.DeclineReversed(recorded=NOW)
    assert again(patient(), NOW) == (wanted,)
    assert again(patient(**paused), NOW) == (wanted, events.Resumed())


DECLINED = CodeFact(ReviewCode.DECLINED, date(2024, 1, 1), utc("2024-01-01"), utc("2024-01-01"))


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        pytest.param({}, True, id="nothing speaks against it"),
        pytest.param({"paused": True}, True, id="the pause ends"),
        pytest.param({"online": Choices(paused=True)}, True, id="that on our pages, too"),
        pytest.param({"codes": (DECLINED,)}, True, id="the decline is taken back"),
        pytest.param({"beside": (patient(codes=(DECLINED,)),)}, True, id="that of a merged record, too"),
        pytest.param({"codes": (AT_RISK,)}, False, id="a code 104 stays"),
        pytest.param({"policies": {A: Policy(go_live=None)}}, False, id="not live"),
        pytest.param({"viewers": {}}, False, id="no account"),
    ],
)
def test_whether_access_again_opens_anything(changes: dict[str, Any], *, opens: bool) -> None:
    assert opens_again(patient(**changes), ME.viewer_id, A, NOW) is opens


LEVELS = st.sampled_from(Level)


@given(st.none() | LEVELS, st.none() | LEVELS, st.none() | LEVELS, LEVELS)
def test_what_is_given_is_what_is_seen_afterwards(
    told: Level | None, online: Level | None, had: Level | None, limit: Level
) -> None:
    """Each level that can be opened is the level after its acts."""
    bare = patient(viewers={}, policies={A: Policy(level=limit)})
    happened: list[tuple[datetime, events.AnyAct]] = [(LONG_AGO, events.AccountOpened(viewer=ME.viewer_id))]
    if had is not None:
        happened.append((utc("2024-01-01"), events.LevelGiven(org=A, level=int(had))))
    if told is not None:
        happened.append((utc("2024-01-02"), events.Lowered(level=int(told))))
    if online is not None:
        happened.append((utc("2024-01-03"), events.Lowered(level=int(online), method=Method.ONLINE)))
    facts = fold(bare, happened)
    for level in openable(facts, ME.viewer_id, A, NOW):
        after = fold(bare, [*happened, *((NOW, act) for act in acts(facts, A, level))])
        assert SightContext(after, after.viewers[ME.viewer_id], NOW).level(A) is level
