"""Random lives of patients: the pure module and an oracle that shares no code with it must say the same.

Left out where the worked cases leave a choice (tests/oracle/READINGS.md): 104 on a proxy's grant that has ended
anyway, an age review that ends a grant made after that age, the order of a grant and an arrival at one instant, and
who is told of a container that shows late.
"""

import os

import pytest

from tests.decision.cases import instant
from tests.decision.pure_acts import play
from tests.decision.pure_world import PureWorld
from tests.oracle.generator import random_case
from tests.oracle.oracle import Oracle

ENDED = {"proxy_revoked", "proxy_expired", "proxy_moved", "proxy_age_review"}
FIRST = int(os.environ.get("OPENRECORD_TEST_SEED", "0"))
CASES = int(os.environ.get("OPENRECORD_TEST_CASES", "6"))


def comparable(reasons: set[str]) -> set[str]:
    """The reasons without what the cases leave open."""
    return reasons - {"enhanced_review", "empty_container"} if reasons & ENDED else reasons


def left_open(case: dict[str, list[dict[str, str]]]) -> set[str]:
    """The codes that the cases leave open for this life: what a decision on a 104 means for a grant that has ended."""
    done = {step.get("do") for step in case["steps"]}
    open_codes: set[str] = set()
    if "decide_104" in done and done & {"death", "revoke_proxy", "age_review"}:
        open_codes |= {"enhanced_review", "empty_container"}
    if ended_by_review(case):
        open_codes |= {"proxy_age_review", "empty_container"}
    return open_codes


def ended_by_review(case: dict[str, list[dict[str, str]]]) -> bool:
    """Whether a parent's access was ended by an age review."""
    return any(step.get("do") == "age_review" and step["outcome"] == "end" for step in case["steps"])


def at_one_instant(case: dict[str, list[dict[str, str]]]) -> set[str]:
    """Entries that arrive at the instant of a history grant."""
    grants = {step["at"] for step in case["steps"] if step.get("do") == "grant_history"}
    return {
        step.get("id", "") for step in case["steps"] if step.get("do") in {"arrive", "code"} and step["at"] in grants
    }


@pytest.mark.parametrize("seed", range(FIRST, FIRST + CASES))
def test_same_answer(seed: int) -> None:
    case = random_case(seed)
    oracle, world = Oracle(case), PureWorld(case)
    left_out = at_one_instant(case)
    ignored = left_open(case)
    asked = 0
    for step in case["steps"]:
        if "do" in step:
            oracle.act(step)
            play(world, step)
            continue
        viewer, channel = step["ask"], step.get("channel", "web")
        expected = oracle.answer(step["at"], viewer, channel)
        verdicts = world.verdicts(viewer, instant(step["at"]), channel)
        assert set(verdicts) == set(expected.see) | set(expected.hidden)
        for name in set(verdicts) - left_out:
            mine = comparable({str(reason) for reason in verdicts[name].reasons})
            assert mine - ignored == comparable(set(expected.hidden.get(name, ()))) - ignored, (
                seed,
                step["at"],
                viewer,
                name,
            )
        patient = world.owner[viewer]
        entries = world.people[patient].entries
        for name in expected.see:
            if entries[name].versions[-1].has_text:
                rendering = verdicts[name].rendering
                if rendering is None and ignored:
                    continue
                assert rendering is not None
                assert rendering.value == expected.as_[name], (seed, step["at"], viewer, name)
        assert world.due(patient, instant(step["at"])) == set(expected.due), (seed, step["at"])
        asked += 1
    assert asked
