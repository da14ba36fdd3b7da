"""A deduction ends the registration that runs on its day, whatever has been entered ahead (R46; QUESTIONS 7, 9)."""

from typing import Any

import pytest

from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import ServedWorld, at_time
from tests.decision.test_cases_stored import seen
from tests.oracle.oracle import Oracle

pytestmark = pytest.mark.usefixtures("stored")

ARRIVED = {"at": "2024-01-02T10:00:00Z", "do": "arrive", "id": "x", "kind": "condition"}
ASKED = {"at": "2024-01-10T10:00:00Z", "ask": "pat", "channel": "web"}


def deducted(at: str, day: str) -> dict[str, str]:
    return {"at": f"{at}T10:00:00Z", "do": "deduct", "org": "A", "date": day}


def registered(at: str, day: str) -> dict[str, str]:
    return {"at": f"{at}T11:00:00Z", "do": "register", "org": "A", "date": day}


@pytest.mark.parametrize(
    ("steps", "sees"),
    [
        pytest.param([deducted("2024-01-05", "2024-01-07")], False, id="left"),
        pytest.param([deducted("2024-01-05", "2024-01-20")], True, id="leaves later"),
        pytest.param(
            [
                deducted("2024-01-05", "2024-01-20"),
                registered("2024-01-05", "2024-01-20"),
                deducted("2024-01-08", "2024-01-07"),
            ],
            False,
            id="left before the day from which they are registered again",
        ),
        pytest.param(
            [deducted("2024-01-05", "2024-01-07"), deducted("2024-01-08", "2024-01-20")],
            True,
            id="put right: leaves later",
        ),
    ],
)
def test_who_has_left_sees_nothing(steps: list[dict[str, str]], *, sees: bool) -> None:
    case: dict[str, Any] = {"steps": [ARRIVED, *steps, ASKED]}
    oracle, world = Oracle(case), ServedWorld(case)
    for step in case["steps"][:-1]:
        oracle.act(step)
        play(world, step)
    assert bool(oracle.answer(ASKED["at"], "pat").see) is sees
    at_time(instant(ASKED["at"]))
    assert bool(seen(world, "pat", "web")) is sees
