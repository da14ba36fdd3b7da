"""Which files a person or machine means by the names given to `openrecord ingest`. Touches no database.

A named file is always taken. In a folder only files whose ending says that they hold data are taken; the others are
listed as skipped. Names may hold NHS numbers: they are for the caller's eyes and never logged.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from openrecord.ingest.rules.unpacking import MOST_BYTES

STDIN = "-"
ENDINGS = (".json", ".json.gz", ".ndjson", ".ndjson.gz", ".xml", ".xml.gz")


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be accounted for, and why."""

    file: str
    reason: str


@dataclass(slots=True)
class Found:
    """What there is to take in, in sorted order within each folder; what was passed over; what is not there."""

    files: list[Path] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def find(names: Iterable[str]) -> Found:
    """Walk through the names in the order given; the same file is taken once."""
    found = Found()
    for name in names:
        path = Path(name)
        if path.is_dir():
            _walk(path, found)
        elif name == STDIN or path.exists():
            found.files.append(path)
        else:
            found.failed.append(Failure(path.name, "no such file or folder"))
    found.files = list(dict.fromkeys(found.files))
    return found


def _walk(folder: Path, found: Found) -> None:
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        found.failed.append(Failure(folder.name, f"cannot read the folder: {error.strerror}"))
        return
    for path in inside:
        if path.is_dir():
            _walk(path, found)
        elif path.name.lower().endswith(ENDINGS):
            found.files.append(path)
        else:
            found.skipped.append(path.name)


def content(path: Path) -> bytes:
    """The bytes of a file or of standard input, of too large ones one more than may be. Raises OSError."""
    if str(path) == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
