"""One written England, shared by the tests of this folder, and ways to walk through its files."""

import atexit
import gzip
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from openrecord_demo.england.writing import LATEST_FOLDER, MANIFEST, write

AS_OF = date(2026, 3, 10)
SEED = 11
PEOPLE = 48

Resource = dict[str, Any]


@cache
def england() -> Path:
    """The folder of a small England: everybody with a story, and a few more people."""
    folder = Path(mkdtemp(prefix="england-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    write(folder, seed=SEED, as_of=AS_OF, patients=PEOPLE)
    return folder


def record_files() -> list[Path]:
    """Its Bundles of whole records; not what came later, day by day."""
    every = sorted(path for path in england().rglob("*.json") if path.name != MANIFEST)
    return [path for path in every if LATEST_FOLDER not in path.parts]


@cache
def manifest() -> dict[str, Any]:
    """Its manifest."""
    loaded: dict[str, Any] = json.loads((england() / "manifest.json").read_bytes())
    return loaded


@cache
def messages() -> tuple[tuple[str, list[Resource]], ...]:
    """Each file's name and resources; an NDJSON file counts as one message."""
    return tuple(_read(england()))


def _read(folder: Path) -> Iterator[tuple[str, list[Resource]]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.endswith(".ndjson.gz"):
            yield name, [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
        elif path.suffix == ".json" and name != "manifest.json":
            yield name, resources(path.read_bytes())


def resources(bundle: bytes) -> list[Resource]:
    """The resources of a Bundle."""
    return [entry["resource"] for entry in json.loads(bundle)["entry"]]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside `value`, itself included."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def person(persona: str) -> dict[str, Any]:
    """The manifest's line about a persona."""
    found: dict[str, Any] = next(p for p in manifest()["patients"] if p["persona"] == persona)
    return found


def truth(persona: str) -> dict[str, Any]:
    """The manifest's truth about a persona's entries."""
    entries: dict[str, Any] = manifest()["expected"][person(persona)["nhs_number"]]["entries"]
    return entries


def reasons(persona: str) -> set[str]:
    """Every reason that occurs for a persona; "visible" if some entry is."""
    return {word for value in truth(persona).values() for word in ([value] if isinstance(value, str) else value)}
