"""The mutants: every kind of wrong change is made, and those accepted as equivalent still stand in the code."""

import tomllib
from enum import Enum
from pathlib import Path

import pytest

from scripts.mutate.operators import mutants

ROOT = Path(__file__).parents[3]
ACCEPTED = tomllib.loads((ROOT / "scripts/mutate/equivalent.toml").read_text(encoding="utf-8"))


class Colour(Enum):
    """What the examples may name."""

    RED = 1
    BLUE = 2


def made(*lines: str) -> set[str]:
    """The changed lines of a small module."""
    return {mutant.after for mutant in mutants("example.py", "\n".join(lines) + "\n", {"Colour": Colour})}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("a = b < c", {"a = (b <= c)", "a = (b >= c)"}),
        ("a = b == c", {"a = (b != c)"}),
        ("a = b in c", {"a = (b not in c)"}),
        ("a = b and c", {"a = (b or c)", "a = (b)", "a = (c)"}),
        ("a = not b", {"a = (b)"}),
        ("a = b - c", {"a = (b + c)", "a = (b)"}),
        ("a = b | c", {"a = (b & c)", "a = (b)", "a = (c)"}),
        ("a = 7", {"a = 8", "a = (6)"}),
        ("a = True", {"a = False"}),
        ("a = 'b'", {"a = 'bXX'"}),
        ("a = {b, c}", {"a = {c}", "a = {b}"}),
        ("a = {b: c, d: e}", {"a = {d: e}", "a = {b: c}"}),
        ("a = f(b, c=d)", {"a = f(b, )"}),
        ("a = min(b)", {"a = max(b)"}),
        ("a = Colour.RED", {"a = Colour.BLUE"}),
        ("a = Colour.BLUE", {"a = Colour.RED"}),
        ("a = b if c else d", {"a = b if True else d", "a = b if False else d"}),
        ("a = [b for b in c if d]", {"a = [b for b in c if True]"}),
        ("a.b = c", {"pass"}),
        ("f()", {"pass"}),
        ("a = f'{b} 7'", {'a = "other text"'}),
        ("a: 'b | None' = c", set()),
        ("a = NewType('a', 'b')", set()),
        ("a = dict[b, c]", set()),
        ("'''Words.'''", set()),
    ],
)
def test_wrong_changes_of_a_line(line: str, wrong: set[str]) -> None:
    assert made(line) == wrong


def test_wrong_answers_of_a_function() -> None:
    assert made("def f() -> bool:", "    return g()") == {"return True", "return False"}
    assert made("def f() -> int:", "    return g()") == {"return None"}


def test_a_mutant_names_its_place_and_is_the_whole_file_with_one_change() -> None:
    source = 'class A:\n    """Words."""\n\n    def f(self) -> int:\n        """More words."""\n        return 1\n'
    found = list(mutants("a.py", source, {}))
    assert {(mutant.file, mutant.line, mutant.function, mutant.before) for mutant in found} == {
        ("a.py", 6, "A.f", "return 1")
    }
    assert {mutant.source for mutant in found} == {
        source.replace("return 1", f"return {other}") for other in ("None", "2", "(0)")
    }


@pytest.mark.parametrize("place", ACCEPTED)
def test_an_accepted_mutant_changes_code_that_is_there(place: str) -> None:
    code = " ".join((ROOT / place.partition(":")[0]).read_text(encoding="utf-8").split())
    for row in ACCEPTED[place]:
        assert row["before"] in code, "the rule has changed: look at this mutant again"
        assert row["after"]
        assert row["reason"]
