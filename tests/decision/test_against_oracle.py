"""Random lives of patients: the pure module and an oracle that shares no code with it must say the same.

Where the worked cases leave a choice, tests/oracle/READINGS.md says which was taken. Not compared: who is told of what.
"""

import os

import pytest

from tests.decision.cases import instant
from tests.decision.pure_acts import play
from tests.decision.pure_world import PureWorld
from tests.oracle.generator import random_case
from tests.oracle.oracle import Oracle

FIRST = int(os.environ.get("OPENRECORD_TEST_SEED", "0"))
CASES = int(os.environ.get("OPENRECORD_TEST_CASES", "6"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + CASES))
def test_same_answer(seed: int) -> None:
    case = random_case(seed)
    oracle, world = Oracle(case), PureWorld(case)
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
        for name, verdict in verdicts.items():
            reasons = {str(reason) for reason in verdict.reasons}
            assert reasons == set(expected.hidden.get(name, ())), (seed, step["at"], viewer, name)
        patient = world.owner[viewer]
        entries = world.people[patient].entries
        for name in expected.see:
            if entries[name].versions[-1].has_text:
                rendering = verdicts[name].rendering
                assert rendering is not None
                assert rendering.value == expected.as_[name], (seed, step["at"], viewer, name)
        assert world.due(patient, instant(step["at"])) == set(expected.due), (seed, step["at"])
        asked += 1
    assert asked
