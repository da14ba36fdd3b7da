"""An ingest that is killed at any moment: what was committed stays, nothing is doubled, the trail verifies.

`openrecord ingest` of generated bundles of both formats is killed (SIGKILL, with its processes) again and again at
random moments and started anew. Half of the kills are of a batch of which nothing was in: what comes first in another
is unchanged, and to be killed there proves little. A store that was never killed holds the same.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from openrecord_demo.england.bench import bench_bundles
from tests.soak.scale import FIGURES, SEED, scaled
from tests.soak.stores import Store, new_store

KILLS = scaled(200)
PRACTICES = {"r4": "Z99101", "stu3": "Z99102"}
"""Of their own for each format: the generator numbers its patients and their entries from the start in each."""
PATIENTS = 16
"""In a batch: enough for two processes."""
ENTRIES = 50
BATCHES = 4 * KILLS
pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Batch:
    """A folder of bundles, each patient in one file, and where they are registered."""

    folder: Path
    practice: str

    def ingest(self, jobs: int) -> tuple[str, ...]:
        return ("ingest", str(self.folder), "--register", self.practice, "--jobs", str(jobs))


def batches(folder: Path) -> Iterator[Batch]:
    """Batches of the two formats in turn."""
    made = {
        name: bench_bundles(seed=SEED + number, entries=BATCHES * PATIENTS * ENTRIES, per_patient=ENTRIES, format=name)
        for number, name in enumerate(PRACTICES)
    }
    for number in range(BATCHES):
        name = ("r4", "stu3")[number % 2]
        batch = Batch(folder / f"{number}-{name}", PRACTICES[name])
        batch.folder.mkdir()
        for patient, body in islice(made[name], PATIENTS):
            (batch.folder / f"{patient}.json").write_bytes(body)
        yield batch


def prepared(store: Store) -> Store:
    for practice in PRACTICES.values():
        store.openrecord("practice", "add", practice, "--name", "A practice", "--go-live", "2012-01-01")
    return store


def state(store: Store) -> Any:
    """What lies there now."""
    done = store.run("tests.soak.state")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def killed(store: Store, batch: Batch, jobs: int, after: float, *, of_writing: bool) -> bool:
    """Start an ingest and kill it after so many seconds (of writing, where asked); False where it was done by then."""
    before, waits = store.written(), of_writing
    with subprocess.Popen(
        store.command(*batch.ingest(jobs)), env=store.environment, stdout=subprocess.DEVNULL, start_new_session=True
    ) as process:
        moment = time.monotonic() + after
        while process.poll() is None:
            if waits:
                waits = store.written() == before
                moment = time.monotonic() + after
            elif time.monotonic() >= moment:
                os.killpg(process.pid, signal.SIGKILL)
                return process.wait() == -signal.SIGKILL
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.003)
    assert process.returncode == 0
    return False


def seconds(store: Store, batch: Batch) -> float:
    """How long an ingest takes."""
    began = time.monotonic()
    store.openrecord(*batch.ingest(1))
    return time.monotonic() - began


def test_killed_at_any_moment(tmp_path: Path) -> None:
    began = time.monotonic()
    rng = random.Random(SEED)
    kills = inside = 0
    used: list[Batch] = []
    with new_store(tmp_path / "killed") as store, new_store(tmp_path / "twin") as twin:
        prepared(store)
        prepared(twin)
        files = batches(tmp_path)
        used.append(next(files))
        whole, start = seconds(twin, used[0]), seconds(twin, used[0])
        never_killed, kept, jobs, fresh = state(twin), state(store), 1, True
        while kills < KILLS:
            of_writing = rng.random() < 0.7
            after = rng.random() * (whole - start if of_writing else whole)
            is_enough = (not fresh and rng.random() < 0.5) or kept["patients"] == never_killed["patients"]
            if is_enough or not killed(store, used[-1], jobs, after, of_writing=of_writing):
                used.append(next(files))
                twin.openrecord(*used[-1].ingest(2))
                never_killed, fresh = state(twin), True
                continue
            kills, fresh = kills + 1, False
            jobs = 3 - jobs
            now = state(store)
            assert kept["keys"].items() <= now["keys"].items(), "something committed is lost or has other ids"
            assert now["patients"].items() <= never_killed["patients"].items(), "a patient's part is there by halves"
            inside += bool(now["keys"].keys() - kept["keys"].keys())
            kept = now
        for batch in used:
            store.openrecord(*batch.ingest(2))
        done = state(store)
        assert kept["keys"].items() <= done["keys"].items()
        for what in ("patients", "people", "sources"):
            assert done[what] == never_killed[what], f"{what} differ from a store that was never killed"
        again = [store.tell(*batch.ingest(2)) for batch in used]
        assert sum(told["accepted"] for told in again) == 0
        assert sum(told["unchanged"] for told in again) == len(done["keys"])
        store.openrecord("audit", "verify")
    FIGURES.append(
        f"kill: {kills} kills from seed {SEED}, {inside} of them after something new was committed, {len(used)} batches, "  # noqa: E501
        f"{len(done['keys'])} entries, {time.monotonic() - began:.0f} s"
    )
    assert inside > kills // 4, "the kills missed the ingest"
