"""The safety file: `python -m scripts.hazards page` writes docs/safety/hazards.md, `prove` runs the tests it names.

A hazard without a test that passes is a hazard without a control, so `make check` runs `prove`.
"""

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs/safety/hazards"
PAGE = ROOT / "docs/safety/hazards.md"
_HEADING = """# Hazards

Made from the files in [hazards](hazards); do not edit. What can harm somebody, why, what follows, what is done.
Ids are never used twice. `make check` runs the tests under "shown by" and fails where one does not pass; those under
"also" run in the soak or in a browser.

Review status: **unreviewed**. No clinical safety officer has looked at this: neither at its wording nor at what is
missing. Severity and likelihood are for that officer to judge; none is given.
"""


@dataclass(frozen=True)
class Control:
    """What is done about a hazard. `tests`: shown by, run by `make check`; `also`: run elsewhere."""

    what: str
    tests: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True)
class Hazard:
    """One hazard. `remains`: the risk that the controls leave."""

    id: str
    title: str
    causes: tuple[str, ...]
    effect: str
    remains: str
    controls: tuple[Control, ...]


def hazards() -> tuple[Hazard, ...]:
    """Every hazard of the files, by number. KeyError where a part of one is missing."""
    found = [
        Hazard(
            id=each["id"],
            title=each["title"],
            causes=tuple(each["causes"]),
            effect=each["effect"],
            remains=each["remains"],
            controls=tuple(Control(c["what"], tuple(c["tests"]), tuple(c.get("also", ()))) for c in each["control"]),
        )
        for path in FOLDER.glob("*.toml")
        for each in tomllib.loads(path.read_text())["hazard"]
    ]
    return tuple(sorted(found, key=lambda hazard: int(hazard.id.removeprefix("H"))))


def page() -> str:
    """The hazards as a page of the docs."""
    parts = [_HEADING]
    for hazard in hazards():
        parts.append(f"## {hazard.id}. {hazard.title}\n")
        parts.append(f"Causes: {'. '.join(hazard.causes)}.\n")
        parts.append(f"Effect: {hazard.effect}\n\n| control | shown by |\n|---|---|")
        parts.extend(f"| {control.what} | {_named(control)} |" for control in hazard.controls)
        parts.append(f"\nWhat remains: {hazard.remains}\n")
    return "\n".join(parts)


def _named(control: Control) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in control.tests)
    also = "<br>".join(f"also `{test.removeprefix('tests/')}`" for test in control.also)
    return f"{shown}<br>{also}" if also else shown


class _Outcomes:
    """Notes of every test that ran whether it passed in all its phases."""

    def __init__(self) -> None:
        self.passed: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.passed.get(report.nodeid, True)
        self.passed[report.nodeid] = before and report.passed

    def proves(self, named: str) -> bool:
        ran = [ok for node, ok in self.passed.items() if node == named or node.startswith((f"{named}[", f"{named}::"))]
        return bool(ran) and all(ran)


def prove() -> int:
    """Run every named test; 0 if each control of each hazard is shown by all it names."""
    outcomes = _Outcomes()
    named = sorted({test for hazard in hazards() for control in hazard.controls for test in control.tests})
    pytest.main(["-q", "--no-header", *named], plugins=[outcomes])
    unproved = [
        f"{hazard.id}: {control.what} Not shown by {test}"
        for hazard in hazards()
        for control in hazard.controls
        for test in control.tests
        if not outcomes.proves(test)
    ]
    for line in unproved:
        print(line, file=sys.stderr)
    return 1 if unproved else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["page"]:
            PAGE.write_text(page())
        case ["prove"]:
            sys.exit(prove())
        case _:
            sys.exit(__doc__)
