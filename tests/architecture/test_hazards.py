"""The safety file is complete, and its page is the files'. That its tests pass is asked by `scripts.hazards prove`."""

import ast

from scripts.hazards import PAGE, hazards, page
from tests.architecture import source


def _exists(named: str) -> bool:
    path, _, test = named.partition("::")
    if not (source.ROOT / path).is_file():
        return False
    return not test or any(isinstance(n, ast.FunctionDef) and n.name == test for n in ast.walk(source.tree(path)))


def test_every_hazard_is_whole() -> None:
    found = hazards()
    assert [hazard.id for hazard in found] == [f"H{n}" for n in range(1, len(found) + 1)]
    for hazard in found:
        assert hazard.causes
        assert hazard.controls, f"{hazard.id} has no control"
        assert all(control.tests for control in hazard.controls), f"{hazard.id} has a control without a test"


def test_every_test_it_names_exists() -> None:
    named = {test for hazard in hazards() for control in hazard.controls for test in control.tests + control.also}
    assert {test for test in named if not _exists(test)} == set()


def test_the_page_is_made_from_the_file() -> None:
    assert PAGE.read_text() == page(), "run .venv/bin/python -m scripts.hazards page"
