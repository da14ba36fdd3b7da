"""Settings come from the environment, are read in one file and documented in one table."""

import ast
import re

from openrecord.kit.environment import VARIABLES
from tests.architecture import source

THE_ONE_READER = "openrecord/kit/environment.py"
_ROW = re.compile(r"^\|\s*`?(OPENRECORD_[A-Z_]+)`?\s*\|", re.MULTILINE)
_NAME = re.compile(r"\bOPENRECORD_[A-Z]+(?:_[A-Z]+)*\b")


def test_every_variable_is_documented_and_nothing_else() -> None:
    documented = _ROW.findall(source.text("docs/settings.md"))
    assert sorted(documented) == sorted(variable.name for variable in VARIABLES)


def test_every_variable_that_is_mentioned_exists() -> None:
    known = {variable.name for variable in VARIABLES}
    mentioned = {
        (name, variable)
        for name in source.files()
        if name.startswith(("openrecord/", "openrecord_demo/", "docs/")) or "/" not in name
        for variable in _NAME.findall(source.text(name))
    }
    assert len(mentioned) >= len(known), "the names were not found"
    beginnings = {"_".join(name.split("_")[:2]) for name in known}
    assert {pair for pair in mentioned if pair[1] not in known | beginnings} == set()


def _mentions_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "os":
        return any(alias.name in {"environ", "environb", "getenv", "getenvb"} for alias in node.names)
    return source.dotted(node) in {"os.environ", "os.environb", "os.getenv", "os.getenvb"}


def _sets_a_default(name: str) -> set[ast.AST]:
    """Mentions that only set a default for what is started below (Django's settings module)."""
    return {
        node.func.value
        for node in ast.walk(source.tree(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
        and source.dotted(node.func.value) == "os.environ"
    }


def test_the_environment_is_read_in_one_file() -> None:
    readers = {
        name
        for name, node in source.nodes(*source.OURS)
        if _mentions_environment(node) and node not in _sets_a_default(name)
    }
    assert readers == {THE_ONE_READER}
