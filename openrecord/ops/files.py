"""Which files a person or machine means by the names given to `openrecord ingest`. Touches no database.

A named file is always taken. In a folder only files whose ending says that they hold data are taken; the others are
listed as skipped. Names may hold NHS numbers: they are for the caller's eyes and never logged.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from openrecord.ingest.rules.unpacking import MOST_BYTES

STDIN = "-"
ENDINGS = tuple(f"{kind}{packed}" for kind in (".json", ".ndjson", ".jsonl", ".xml") for packed in ("", ".gz"))


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
    """Walk through the names in the order given; the same file is taken once, the same folder walked through once."""
    found = Found()
    walked: set[str] = set()
    for name in names:
        path = Path(name)
        try:
            if not name:
                found.failed.append(Failure("", "a file or folder without a name"))
            elif path.is_dir():
                _walk(path, found, walked)
            elif name == STDIN or path.exists():
                found.files.append(path)
            else:
                found.failed.append(Failure(plain_name(path), "no such file or folder"))
        except OSError as error:
            found.failed.append(Failure(plain_name(path), f"cannot be looked at: {error.strerror}"))
    found.files = list(dict.fromkeys(found.files))
    return found


def plain_name(path: Path) -> str:
    """The file's own name as text that can be stored and printed, whatever bytes it is made of."""
    return os.fsencode(path.name).decode(errors="replace")


def _walk(folder: Path, found: Found, walked: set[str]) -> None:
    real = os.path.realpath(folder)
    if real in walked:
        return
    walked.add(real)
    try:
        inside = [(path, path.is_dir()) for path in sorted(folder.iterdir())]
    except OSError as error:
        found.failed.append(Failure(plain_name(folder), f"cannot read the folder: {error.strerror}"))
        return
    for path, is_folder in inside:
        if is_folder:
            _walk(path, found, walked)
        elif path.name.lower().endswith(ENDINGS) and (path.is_file() or not path.exists()):
            found.files.append(path)
        else:
            found.skipped.append(plain_name(path))


def content(path: Path) -> bytes:
    """The bytes of a file or of standard input, of too large ones one more than may be. Raises OSError."""
    if str(path) == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
