"""`openrecord backup FILE`: everything as it stands at one moment, while the server goes on; encrypted, with digests.

The database holds the records, the decisions and what the sources sent; the trail of reads lies in a file of its own on
the embedded database; the files of documents follow. The key and the journal are not in it: keep them elsewhere.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from tqdm import tqdm

from openrecord.audit import actions as audit
from openrecord.audit import journal, reads_file
from openrecord.audit.journal import JournalDamaged, Place
from openrecord.db import dumping, keys, sealed, stored_files
from openrecord.db.sqlcipher.base import PAGE_SIZE
from openrecord.db.sqlcipher.snapshot import Damaged, snapshot
from openrecord.kit import clock, environment
from openrecord.ops.failure import CommandFailed
from openrecord.ops.migrate import missing_migrations, require_finished
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json

DATABASE, READS, DUMP, CONTENTS = "openrecord.db", "reads.db", "postgresql.dump", "contents.json"
PIECE = 1 << 20


class Part(msgspec.Struct, frozen=True):
    """One part of a backup. `sha256`: hexadecimal."""

    size: int
    sha256: str


class Contents(msgspec.Struct, frozen=True):
    """What a backup holds. `journal`: where the journal ended before it was made, None = there was none."""

    made: datetime
    vendor: str
    parts: dict[str, Part]
    migrations: list[str]
    journal: Place | None


def run(arguments: argparse.Namespace) -> int:
    """Make a backup. Raises CommandFailed; under the final name there is a whole backup or nothing."""
    target = Path(arguments.file).absolute()
    _require(target)
    at = clock.now()
    try:
        place = journal.end()
        with _under_another_name(target) as file:
            contents = _write(file, target, at, place)
    except (OSError, JournalDamaged, Damaged, dumping.ToolMissing, dumping.ToolFailed) as error:
        raise CommandFailed(f"no backup was made: {error}") from None
    _note(contents, at)
    _tell(arguments, target, contents)
    return 0


def _require(target: Path) -> None:
    require_finished()
    if target.exists():
        raise CommandFailed("there is such a file already: a backup takes the place of none")
    if not target.parent.is_dir():
        raise CommandFailed("there is no such folder")
    if connection.vendor == "sqlite" and not (environment.data_folder() / DATABASE).exists():
        raise CommandFailed("there is no database in the data folder yet")
    if missing_migrations():
        raise CommandFailed("the database is not up to date: run `openrecord migrate` first")


@contextmanager
def _under_another_name(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once it is whole and on the disk."""
    partial = _partial(target)
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
        partial.rename(target)
        sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _partial(target: Path, part: str = "") -> Path:
    return target.with_name(f".{target.name}.partial{part}")


def sync_folder(folder: Path) -> None:
    """The names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: BinaryIO, target: Path, at: datetime, place: Place | None) -> Contents:
    writer = sealed.Writer(file)
    with progress("backup", _bytes_to_do()) as bar:
        if connection.vendor == "sqlite":
            parts = _files(writer, target, bar)
        else:
            parts = {DUMP: _part(writer, DUMP, counted(dumping.dump(), bar))}
        parts |= _documents(writer, bar)
    applied = MigrationRecorder(connection).applied_migrations()
    names = sorted(f"{app}.{name}" for app, name in applied)
    contents = Contents(at, connection.vendor, parts, names, place)
    writer.part(CONTENTS, [msgspec.json.encode(contents)])
    writer.finish()
    return contents


def _files(writer: sealed.Writer, target: Path, bar: Callable[[int], None]) -> dict[str, Part]:
    """The database first: of each read that its chain has sealed the row is in the later copy of the reads."""
    folder = environment.data_folder()
    sources = (
        (DATABASE, folder / DATABASE, keys.derived("database"), PAGE_SIZE),
        (READS, reads_file.path(), reads_file.key(), reads_file.PAGE_SIZE),
    )
    parts = {}
    for name, source, key, page_size in sources:
        if not source.exists():
            continue
        copy = _partial(target, f".{name}")
        _remove(copy)
        try:
            snapshot(source, copy, key, page_size=page_size, progress=bar)
            with copy.open("rb") as copied:
                parts[name] = _part(writer, name, counted(iter(lambda: copied.read(PIECE), b""), bar))
        finally:
            _remove(copy)
    return parts


def _documents(writer: sealed.Writer, bar: Callable[[int], None]) -> dict[str, Part]:
    """The files of documents, after the database: each that it names was there before. One that is gone was erased."""
    parts = {}
    for path in _stored():
        name = path.relative_to(environment.data_folder()).as_posix()
        with suppress(FileNotFoundError), path.open("rb") as document:
            parts[name] = _part(writer, name, counted(iter(lambda: document.read(PIECE), b""), bar))
    return parts


def _stored() -> list[Path]:
    files = stored_files.folder().glob("??/*")
    return sorted(path for path in files if path.suffix != stored_files.UNFINISHED)


def _remove(copy: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)


def _part(writer: sealed.Writer, name: str, pieces: Iterator[bytes]) -> Part:
    size, digest = writer.part(name, pieces)
    return Part(size, digest.hex())


def _bytes_to_do() -> int | None:
    """Each database is copied, then read; how large a dump will be nobody knows."""
    if connection.vendor != "sqlite":
        return None
    files = (environment.data_folder() / DATABASE, reads_file.path())
    copied = sum(file.stat().st_size for file in files if file.exists())
    return 2 * copied + sum(file.stat().st_size for file in _stored())


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar of bytes where a person watches."""
    watched = sys.stderr.isatty()
    with tqdm(total=total, desc=what, unit="B", unit_scale=True, disable=not watched, file=sys.stderr) as bar:
        yield bar.update


def counted(pieces: Iterator[bytes], bar: Callable[[int], None]) -> Iterator[bytes]:
    """The pieces, told to the bar."""
    for piece in pieces:
        yield piece
        bar(len(piece))


@transaction.atomic
def _note(contents: Contents, at: datetime) -> None:
    size = sum(part.size for part in contents.parts.values())
    audit.record_change(by=operator(), at=at, event="backed_up", patient_id=None, details={"bytes": size})


def _tell(arguments: argparse.Namespace, target: Path, contents: Contents) -> None:
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = target.stat().st_size
    if arguments.json:
        print_json({"file": str(target), "bytes": size, "sha256": digest, "made": contents.made})
        return
    print(f"backup of {contents.made:%Y-%m-%d %H:%M:%S} UTC: {target.name}, {size} bytes, SHA-256 {digest}")
    with suppress(ValueError):
        environment.journal_file().relative_to(environment.data_folder())
        print("the journal lies beside the data: set OPENRECORD_JOURNAL to a file on another disk")
    print("the key is not in it: without the key nobody can read it, you neither")
