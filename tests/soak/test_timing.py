"""How long an answer takes tells nothing of what is hidden: as long with 500 hidden entries as with none.

Three patients have the same visible record; one of them has 500 hidden entries besides. The same request is put to
each in turn, in an order that changes every round. How far the two that are alike differ by chance, in this very run,
is how far the third may differ.
"""

import random
import statistics
import time
from collections.abc import Callable

import httpx
import pytest

from openrecord.kit import clock
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import at_time
from tests.decision.test_cases_http import HttpWorld
from tests.soak.hidden import SIBLINGS
from tests.soak.scale import FIGURES, SEED, scaled

PAIRS = scaled(2000)
HIDDEN = max(50, scaled(500))
AT = "2024-03-04T09:00:00Z"
RESAMPLES = 2000
CHANCE = 0.999
pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("stored", "unlimited")]
Arm = dict[str, Callable[[], httpx.Response]]


def arm(hidden: int) -> Arm:
    """The requests to a new patient with the same visible record and so many hidden entries."""
    from openrecord.config.wsgi import application

    world = HttpWorld({"viewers": {"pat": {"kind": "self", "account": "2023-01-01"}}})
    for shape in SIBLINGS:
        play(world, {"at": AT, "do": "arrive", **shape})
    kinds = ("result", "observation", "condition")
    for number in range(hidden):
        play(world, {"at": AT, "do": "arrive", "id": f"x{number}", "kind": kinds[number % 3], "label": "NOPAT"})
    public_id = str(world.entry("t1")[2])
    transport = httpx.WSGITransport(app=application)
    client = httpx.Client(transport=transport, base_url="http://127.0.0.1:8000")
    app = {"Authorization": f"Bearer {world.tokens['pat']}"}
    browser = {"Cookie": f"openrecord_session={world.session('pat', clock.now())}"}
    return {
        "FHIR search": lambda: client.get("/fhir/Observation?_count=50", headers=app),
        "FHIR read": lambda: client.get(f"/fhir/Observation/{public_id}", headers=app),
        "page of results": lambda: client.get("/record/test-results", headers=browser),
        "everything by date": lambda: client.get("/record/timeline", headers=browser),
    }


def rounds(request: str, arms: list[Arm], rng: random.Random) -> list[list[float]]:
    """Seconds of each request in each arm, the arms in another order every time."""
    taken: list[list[float]] = [[] for _ in arms]
    order = list(range(len(arms)))
    for _ in range(PAIRS):
        rng.shuffle(order)
        for number in order:
            began = time.perf_counter()
            answer = arms[number][request]()
            taken[number].append(time.perf_counter() - began)
            assert answer.status_code == 200
    return taken


def by_chance(one: list[float], other: list[float], rng: random.Random) -> float:
    """How far the medians of two equal arms differ in all but 1 of 1,000 draws from what was measured in them."""
    pool = one + other
    drawn = sorted(
        abs(statistics.median(rng.choices(pool, k=len(one))) - statistics.median(rng.choices(pool, k=len(one))))
        for _ in range(RESAMPLES)
    )
    return drawn[int(CHANCE * RESAMPLES)]


def test_five_hundred_hidden_entries_take_no_time() -> None:
    at_time(instant(AT))
    rng = random.Random(SEED)
    arms = [arm(0), arm(0), arm(HIDDEN)]
    for request in arms[0]:
        lengths = {len(each[request]().content) for each in arms}
        assert len(lengths) == 1, "the three visible records must be alike"
    too_far = []
    for request in arms[0]:
        first, second, hiding = rounds(request, arms, rng)
        medians = [statistics.median(taken) * 1e6 for taken in (first, second, hiding)]
        equal, differs = abs(medians[0] - medians[1]), abs(medians[2] - (medians[0] + medians[1]) / 2)
        allowed = equal + by_chance(first, second, rng) * 1e6
        line = (
            f"timing: {request}, {PAIRS} pairs: {medians[0]:.0f} and {medians[1]:.0f} µs with none hidden, "
            f"{medians[2]:.0f} µs with {HIDDEN} hidden; differs by {differs:.1f} µs, by chance up to {allowed:.1f} µs"
        )
        FIGURES.append(line)
        if differs > allowed:
            too_far.append(line)
    assert not too_far, "\n".join(too_far)
