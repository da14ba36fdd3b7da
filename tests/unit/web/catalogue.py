"""Which texts pages and messages mark for translation: found in the Python and template sources, for their tests."""

import ast
from pathlib import Path

from jinja2.ext import extract_from_ast

from openrecord.web import jinja

ROOT = Path(__file__).parents[3] / "openrecord"
SURFACES = ("web", "portal", "staff", "notify", "taking")
NAMES = frozenset({"_", "gettext", "gettext_noop"})


def marked_texts() -> dict[str, str]:
    """Every marked text, with the file it was first found in."""
    found: dict[str, str] = {}
    for surface in SURFACES:
        for path in sorted((ROOT / surface).rglob("*.py")):
            for text in _in_python(path.read_text(encoding="utf-8")):
                found.setdefault(text, str(path.relative_to(ROOT)))
        for path in sorted((ROOT / surface).rglob("*.html")):
            for text in _in_template(path.read_text(encoding="utf-8")):
                found.setdefault(text, str(path.relative_to(ROOT)))
    return found


def _in_python(source: str) -> list[str]:
    texts = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                texts.append(argument.value)
    return texts


def _in_template(source: str) -> list[str]:
    tree = jinja.make_environment().parse(source)
    return [text for _line, _name, text in extract_from_ast(tree, ("_",)) if isinstance(text, str)]
