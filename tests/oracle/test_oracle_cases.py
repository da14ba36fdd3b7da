"""The oracle answers every worked case as written. It skips where the case files are not at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from .oracle import Oracle

CASES = Path(__file__).parents[2].parent / "shared" / "design" / "decision-cases"
FILES = sorted(CASES.glob("[0-9]*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="the decision cases (../shared/design/decision-cases) are absent")


def _all_cases() -> list[Any]:
    found = [case for path in FILES for case in json.loads(path.read_text(encoding="utf-8"))["cases"]]
    return [pytest.param(case, id=case["id"]) for case in found]


def _check(oracle: Oracle, step: dict[str, Any]) -> None:
    answer = oracle.answer(step["at"], step["ask"], step["channel"])
    assert sorted(answer.see) == sorted(step["see"])
    assert answer.hidden == {name: set(codes) for name, codes in step["hidden"].items()}
    for name, rendering in step.get("as", {}).items():
        assert answer.as_[name] == rendering
    for name, number in step.get("version", {}).items():
        assert answer.version[name] == number
    if "same" in step:
        assert answer.same == [tuple(pair) for pair in step["same"]]
    if "due" in step:
        assert answer.due == set(step["due"])
    if "notified" in step:
        assert sorted(answer.notified) == sorted(step["notified"])


@pytest.mark.parametrize("case", _all_cases())
def test_case(case: dict[str, Any]) -> None:
    oracle = Oracle(case)
    asked = 0
    for step in case["steps"]:
        if "do" in step:
            oracle.act(step)
        else:
            _check(oracle, step)
            asked += 1
    assert asked > 0


def test_every_file_is_read() -> None:
    assert len(FILES) >= 9
