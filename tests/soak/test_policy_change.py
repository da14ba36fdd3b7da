"""A policy that moves a whole practice: at once where stricter, resumable, never half a patient.

The worker that moves the rows is killed (SIGKILL) at random moments and started anew. A patient's entries all lie in
the timeline or all in the vault at every moment; who reads is told by the new policy from the moment it was set.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from openrecord_demo.england.bench import bench_bundles
from tests.soak.scale import FIGURES, SEED, SHARE, scaled
from tests.soak.stores import Store, new_store

ENTRIES = scaled(1_000_000) if SHARE == 1 else scaled(100_000)
PER_PATIENT = 100
KILLS = scaled(20)
PRACTICE = "Z99101"
pytestmark = pytest.mark.soak


def told(store: Store, *words: str) -> Any:
    """tests.soak.lying of the store."""
    command = [sys.executable, "-m", "tests.soak.lying", *words]
    done = subprocess.run(command, env=store.environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A practice whose patients see all of their records; some of them have an account."""
    folder = tmp_path_factory.mktemp("policy")
    with new_store(folder / "store") as store:
        store.openrecord("practice", "add", PRACTICE, "--name", "A practice", "--go-live", "2012-01-01")
        files = folder / "files"
        files.mkdir()
        for patient, body in bench_bundles(seed=SEED, entries=ENTRIES, per_patient=PER_PATIENT, format="r4"):
            (files / f"{patient}.json").write_bytes(body)
        store.openrecord("ingest", str(files), "--register", PRACTICE, "--jobs", "2")
        yield store


def worked(store: Store, after: float) -> None:
    """A worker that is killed after so many seconds."""
    with subprocess.Popen(store.command("worker"), env=store.environment, stdout=subprocess.DEVNULL) as process:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)


def is_whole(state: Any, whole: list[int], rest: list[int]) -> bool:
    """Whether all or nothing of each patient in the sample lies in the timeline; what never lies there is apart."""
    return all(
        (lying, vault) in {(all_of_it, kept), (0, all_of_it + kept)}
        for lying, vault, all_of_it, kept in zip(state["lying"], state["vault"], whole, rest, strict=True)
    )


def moved(store: Store, go_live: str, rng: random.Random, whole: list[int], rest: list[int]) -> tuple[int, float]:
    """Set the policy and let the worker move the rows, killed on the way; how often, and the seconds at the end."""
    store.openrecord("practice", "add", PRACTICE, "--go-live", go_live)
    kills = 0
    for _ in range(KILLS):
        before = told(store)
        assert is_whole(before, whole, rest), "of somebody a part lies elsewhere"
        if not before["waiting"]:
            break
        worked(store, 0.8 + rng.random())
        kills += 1
    began = time.monotonic()
    store.openrecord("worker", "--until-idle")
    return kills, time.monotonic() - began


def test_a_policy_moves_everybody_or_nobody_of_a_patient(practice: Store) -> None:
    rng = random.Random(SEED)
    first = told(practice, "open", "count", "read")
    whole, rest = first["lying"], first["vault"]
    assert sum(whole) > 0
    assert first["seen"] == whole

    practice.openrecord("practice", "add", PRACTICE, "--go-live", "2099-01-01")
    assert told(practice, "read")["seen"] == [0] * len(whole), "a stricter policy acts before a row has moved"
    kills, _ = moved(practice, "2099-01-01", rng, whole, rest)
    closed = told(practice, "count", "read")
    assert (closed["count"], closed["waiting"]) == (0, 0)
    assert set(closed["seen"]) == {0}

    more, seconds = moved(practice, "2012-01-01", rng, whole, rest)
    opened = told(practice, "count", "read")
    assert (opened["count"], opened["waiting"]) == (first["count"], 0)
    assert opened["lying"] == opened["seen"] == whole
    practice.openrecord("audit", "verify")
    FIGURES.append(
        f"policy: {first['count']} entries of {first['patients']} patients moved away and back, the worker killed "
        f"{kills + more} times; the last run of it took {seconds:.0f} s"
    )
