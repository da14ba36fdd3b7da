"""A hidden entry leaves no trace: every byte of every answer is the same in a world where it never was.

Two processes play the same random worlds, one of them without the hidden entry. Everything that a viewer can ask is
asked while the entry is out of that viewer's sight: searches with all their pages, reads, 304 answers, Patient,
metadata, errors, all pages; also for the hidden id itself, which must be answered like one that never was.
"""

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from tests.soak.scale import FIGURES, SEED, scaled
from tests.soak.stores import new_store
from tests.soak.trace import NEVER

PAIRS = scaled(80)
pytestmark = pytest.mark.soak
Json = dict[str, Any]


def play(folder: Path, which: str, *more: str) -> Path:
    """Play one arm in a new store; the file of its answers."""
    file = folder / f"{which}.gz"
    arguments = [which, str(SEED * 1000), str(PAIRS), str(file), *more]
    with new_store(folder / which) as store:
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.trace", *arguments],
            env=store.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return file


def lines(file: Path) -> Iterator[Json]:
    with gzip.open(file, "rt") as found:
        yield from map(json.loads, found)


def differences(one: Json, other: Json) -> list[str]:
    """Which answers differ, and where."""
    assert (one["seed"], one["viewer"], one["at"]) == (other["seed"], other["viewer"], other["at"])
    place = f"pair {one['seed']} {one['viewer']} {one['at']}"
    if len(one["answers"]) != len(other["answers"]):
        return [f"{place}: {len(one['answers'])} answers, {len(other['answers'])}"]
    return [
        f"{place}: {_difference(mine, theirs)}"
        for mine, theirs in zip(one["answers"], other["answers"], strict=True)
        if mine != theirs
    ]


def _difference(mine: list[Any], theirs: list[Any]) -> str:
    """Request, and the lines that only one of two answers has."""
    told = [json.dumps(answer, indent=1).splitlines() for answer in (mine, theirs)]
    return "\n".join([str(mine[0]), *unified_diff(*told, n=0, lineterm="")])


def reads_of(told: Json, public_id: str) -> list[list[Any]]:
    """The answers to requests for this id alone, the id itself blotted out."""
    asked = [answer for answer in told["answers"] if answer[0].split(" ")[0].endswith(f"/{public_id}")]
    blotted: list[list[Any]] = json.loads(json.dumps(asked).replace(public_id, "ID"))
    return [answer for answer in blotted if not answer[0].startswith("/fhir/Patient/")]


def test_a_hidden_entry_leaves_no_trace(tmp_path: Path) -> None:
    began = time.monotonic()
    present = play(tmp_path, "with")
    absent = play(tmp_path, "without", str(present))
    hidden = visible = answers = 0
    found: list[str] = []
    for one, other in zip(lines(present), lines(absent), strict=True):
        if one["visible"]:
            visible += 1
            assert differences(one, other), "what is visible must make a difference, or this test sees nothing"
            continue
        hidden += 1
        answers += len(one["answers"])
        found += differences(one, other)
        for public_id in one["ids"].values():
            assert reads_of(one, public_id) == reads_of(one, NEVER)
    FIGURES.append(
        f"no trace: {PAIRS} pairs of worlds from seed {SEED}, {hidden} visits with {answers} answers compared "
        f"({visible} visits with the entry in sight), {len(found)} differ, {time.monotonic() - began:.0f} s"
    )
    assert not found, f"{len(found)} answers differ, first: {found[0][:6000]}"
    assert hidden > visible > 0
