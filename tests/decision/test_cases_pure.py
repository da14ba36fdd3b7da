"""Every worked case against the pure module."""

from typing import Any

import pytest

from openrecord.screening.types import Rendering
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.pure_acts import play
from tests.decision.pure_world import PureWorld

CASES = cases.load()
pytestmark = pytest.mark.skipif(not CASES, reason="the decision cases are not beside the repository")


def check(world: PureWorld, step: dict[str, Any]) -> None:
    """One question of a case: everything it states must hold."""
    at, viewer = instant(step["at"]), step["ask"]
    patient = world.owner[viewer]
    world.notice(at, quiet=False)
    verdicts = world.verdicts(viewer, at, step["channel"])
    assert sorted(name for name, v in verdicts.items() if v.visible) == sorted(step["see"])
    hidden = {name: sorted(v.reasons) for name, v in verdicts.items() if not v.visible}
    assert hidden == {name: sorted(codes) for name, codes in step["hidden"].items()}
    for name, rendering in step.get("as", {}).items():
        assert verdicts[name].rendering is Rendering(rendering), name
    for name, order in step.get("version", {}).items():
        assert world.shown_version(patient, name) == order
    for pair in step.get("same", []):
        assert tuple(pair) in world.same(patient)
    if "due" in step:
        assert world.due(patient, at) == set(step["due"])
    if "notified" in step:
        assert sorted(world.people[patient].notified.get(viewer, [])) == sorted(step["notified"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: cases.Case) -> None:
    world = PureWorld(case.body)
    for step in case.body["steps"]:
        if "do" in step:
            play(world, step)
        else:
            check(world, step)
