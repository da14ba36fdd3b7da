"""The repository's own files, for tests that read source. New files count before they are committed."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
OURS = ("openrecord", "openrecord_demo")


@cache
def files() -> tuple[str, ...]:
    """Every file that is in git or would be added to it, as paths from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
    return tuple(sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


def python_files(*folders: str) -> tuple[str, ...]:
    """The Python files below these folders, without migrations."""
    return tuple(
        name
        for name in files()
        if name.endswith(".py") and name.split("/")[0] in folders and "/migrations/" not in name
    )


@cache
def text(name: str) -> str:
    """A file's text; "" for a binary file."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree(name: str) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text(name))


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node of every Python file below these folders, with the file's name."""
    for name in python_files(*folders):
        for node in ast.walk(tree(name)):
            yield name, node


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
