"""A newcomer finds any rule in a minute: files of at most 400 lines, functions of at most 50."""

import ast
from pathlib import PurePosixPath

from tests.architecture import source

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 50
EXEMPT_FOLDERS = {
    "migrations": "made by Django",
    "vendor": "other people's build output, with its licence",
    "requirements": "lock files",
    "goldens": "recorded output that is compared, not read",
    "locale": "message catalogues: one file a language is the tool's format",
}


def _counted(name: str) -> bool:
    return not EXEMPT_FOLDERS.keys() & set(PurePosixPath(name).parts) and name != "LICENSE"


def test_files_are_short() -> None:
    lengths = {name: len(source.text(name).splitlines()) for name in source.files() if _counted(name)}
    assert len(lengths) > 100, "the files were not found"
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, node in source.nodes("openrecord", "openrecord_demo", "tests", "scripts")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 500, "the functions were not found"
    assert {where: lines for where, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


def test_a_package_file_holds_only_its_docstring() -> None:
    wrong = []
    for name in source.python_files("openrecord", "openrecord_demo", "tests"):
        if not name.endswith("/__init__.py"):
            continue
        body = source.tree(name).body
        said = 0 if ast.get_docstring(source.tree(name)) is None else 1
        if len(body) > said or (not said and not name.startswith("tests/")):
            wrong.append(name)
    assert wrong == []
