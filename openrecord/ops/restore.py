"""`openrecord restore FILE`: a backup brought back, closed to everybody until somebody opens it.

What people decided after the backup is repeated from the journal, so that nothing that was hidden is seen again. Until
all of it is done a mark lies in the data folder, and the server refuses to start.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from tqdm import tqdm

from openrecord.access import actions as access
from openrecord.access import invitations
from openrecord.audit import actions as audit
from openrecord.audit import journal, reads_file
from openrecord.audit import queries as trail
from openrecord.audit.journal import JournalCut, JournalDamaged, Place, Record, Restored
from openrecord.audit.types import Actor, DailyRoot, system
from openrecord.db import dumping, keys, sealed, stored_files
from openrecord.db.sqlcipher.snapshot import is_in_use
from openrecord.identity import actions as identity
from openrecord.kit import clock, environment
from openrecord.kit.instants import to_micros
from openrecord.ops.backup import CONTENTS, DATABASE, DUMP, READS, Contents, counted, progress, sync_folder
from openrecord.ops.failure import CommandFailed
from openrecord.ops.migrate import make_data_folder, restore_mark
from openrecord.ops.operator import operator
from openrecord.ops.printing import print_json
from openrecord.ops.replaying import Replay, erased_in, replay
from openrecord.taking import sharing

REASON = "restored from a backup"
EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal as it was found. `after`: what came after the backup; `roots`: those that its trail must hold."""

    is_there: bool = False
    after: tuple[Record, ...] = ()
    roots: tuple[DailyRoot, ...] = ()


def run(arguments: argparse.Namespace) -> int:
    """Restore a backup. Raises CommandFailed; nothing is touched before the backup and the journal were read whole."""
    file = Path(arguments.file)
    try:
        contents = _checked(file)
        found = _journal(contents, arguments)
    except (OSError, sealed.Unreadable, JournalDamaged) as error:
        raise CommandFailed(f"nothing was restored: {error}") from None
    _make_room(contents, is_emptied=arguments.replace)
    try:
        _bring_back(file, contents, is_emptied=arguments.replace)
    except (OSError, sealed.Unreadable, dumping.ToolMissing, dumping.ToolFailed) as error:
        raise CommandFailed(f"the restore was not finished: {error}. Run it again, with --replace") from None
    at, by = clock.now(), replace(system("restore"), device=operator().device)
    call_command("migrate", interactive=False, verbosity=0)
    _close(by, at)
    _check_trail(found)
    with tqdm(found.after, desc="repeating", unit="act", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        done = replay(bar, by, erased_in(found.after))
    _finish(found, contents, done, by)
    _tell(arguments, contents, done, at)
    return 0


def _checked(file: Path) -> Contents:
    """The contents of a backup every byte of which was read and compared. Raises Unreadable, CommandFailed."""
    digests: dict[str, tuple[int, str]] = {}
    contents = None
    with progress("checking", file.stat().st_size) as bar:
        for name, pieces in _parts(file):
            if name == CONTENTS:
                contents = msgspec.json.decode(b"".join(pieces), type=Contents)
                continue
            size, digest = 0, hashlib.sha256()
            for piece in counted(pieces, bar):
                size += len(piece)
                digest.update(piece)
            digests[name] = (size, digest.hexdigest())
    if contents is None or digests != {name: (part.size, part.sha256) for name, part in contents.parts.items()}:
        raise sealed.Unreadable("the backup is damaged: its digests do not agree")
    _require_ours(contents)
    return contents


def _parts(file: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    with file.open("rb") as opened:
        yield from sealed.Reader(opened).parts()


def _require_ours(contents: Contents) -> None:
    if contents.vendor != connection.vendor:
        raise CommandFailed(f"the backup is of {contents.vendor}, and the settings name {connection.vendor}")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if set(contents.migrations) - known:
        raise CommandFailed("the backup was made by a newer version: restore with that version")


def _journal(contents: Contents, arguments: argparse.Namespace) -> Journal:
    """Raises JournalDamaged, and CommandFailed where it must be said that there is none, or that its end is missing."""
    if arguments.without_journal:
        return Journal()
    if not environment.journal_file().exists():
        raise CommandFailed(
            "there is no journal where OPENRECORD_JOURNAL says: what people decided after the backup would be lost, "
            "and what they hid then would be seen. If it is lost: --without-journal"
        )
    try:
        roots = journal.roots(_before(contents.journal, is_cut_accepted=arguments.accept_cut_journal))
        after = tuple(record for record, _ in journal.read(after=contents.journal, is_cut_accepted=True))
    except JournalCut as error:
        raise CommandFailed(f"{error}: look for a whole copy; if there is none: --accept-cut-journal") from None
    return Journal(is_there=True, after=after, roots=roots)


def _before(end: Place | None, *, is_cut_accepted: bool) -> Iterator[Record]:
    """The records up to a place; all of the journal is read and checked."""
    for record, place in journal.read(is_cut_accepted=is_cut_accepted):
        if end is not None and place.offset <= end.offset:
            yield record


def _make_room(contents: Contents, *, is_emptied: bool) -> None:
    """Raises CommandFailed where something is there that was not given up, or that somebody uses."""
    make_data_folder()
    there = _what_is_there(contents)
    if there and not is_emptied:
        raise CommandFailed(f"there is something already ({there}); to give it up for the backup: --replace")
    restore_mark().touch(mode=0o600)
    _put_documents_aside()
    if contents.vendor == "sqlite":
        connections.close_all()
        reads_file.close()
        _put_aside()


def _what_is_there(contents: Contents) -> str:
    if contents.vendor != "sqlite":
        used = dumping.is_in_use()
        there = "tables in the database" if connection.introspection.table_names() else ""
    else:
        folder = environment.data_folder()
        there = ", ".join(name for name in (DATABASE, READS) if (folder / name).exists())
        used = (folder / DATABASE).exists() and is_in_use(folder / DATABASE, keys.derived("database"))
    if used:
        raise CommandFailed("a server, a worker or a command still uses the database: stop it first")
    return there


def _put_aside() -> None:
    """What was there keeps lying beside, under another name, until somebody deletes it."""
    folder, stamp = environment.data_folder(), _stamp()
    for name in (DATABASE, READS):
        for ending in ("", "-wal", "-shm"):
            file = folder / f"{name}{ending}"
            if file.exists():
                file.rename(folder / f"{stamp}-{name}{ending}")


def _put_documents_aside() -> None:
    documents = stored_files.folder()
    if documents.exists():
        documents.rename(documents.with_name(f"{_stamp()}-{documents.name}"))


def _bring_back(file: Path, contents: Contents, *, is_emptied: bool) -> None:
    with progress("restoring", sum(part.size for part in contents.parts.values())) as bar:
        for name, pieces in _parts(file):
            if name == CONTENTS:
                break
            if name == DUMP:
                dumping.restore(counted(pieces, bar), is_emptied=is_emptied)
            else:
                _write(environment.data_folder() / name, counted(pieces, bar))


def _write(target: Path, pieces: Iterator[bytes]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.restoring")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(target)
    sync_folder(target.parent)


@transaction.atomic
def _close(by: Actor, at: datetime) -> None:
    """Nobody sees anything; every token, code, link and session of then is dead."""
    access.close(scope=EVERYWHERE, which="", reason=REASON, by=by, at=at)
    access.revoke_every_token(by=by, at=at)
    invitations.void_every_code(by=by, at=at)
    sharing.end_every_link(by=by, at=at)
    identity.end_every_session(by=by, at=at)


def _check_trail(found: Journal) -> None:
    """Raises CommandFailed where the trail is not whole, or is not the one whose daily roots the journal holds."""
    verdict = trail.verify(found.roots)
    if not verdict.ok:
        kinds = ", ".join(sorted({problem.kind.value for problem in verdict.problems}))
        raise CommandFailed(
            f"the trail of the backup is not whole ({kinds}): it stays closed, and the server does not start. "
            "Take another backup, with --replace"
        )


def _finish(found: Journal, contents: Contents, done: Replay, by: Actor) -> None:
    at = clock.now()
    details: dict[str, str | int | None] = {"backup": contents.made.isoformat(), "repeated": done.repeated}
    with transaction.atomic():
        audit.record_change(
            by=by, at=at, event="restored", patient_id=None, details={**details, "awaited": done.awaited}
        )
    if found.is_there:
        root = trail.last_root()
        restored = Restored(contents.journal, root.number if root else 0)
        journal.append([journal.of_restore(restored, to_micros(at))])
    else:
        _begin_journal_anew()
    restore_mark().unlink()


def _begin_journal_anew() -> None:
    """A journal that was not believed is put aside: what it holds is not of the trail that goes on from here."""
    file = environment.journal_file()
    if file.exists():
        file.rename(file.with_name(f"{file.name}.{_stamp()}"))


def _stamp() -> str:
    return f"replaced-{clock.now():%Y%m%dT%H%M%S}"


def _tell(arguments: argparse.Namespace, contents: Contents, done: Replay, at: datetime) -> None:
    if arguments.json:
        print_json(
            {
                "backup": contents.made,
                "lost_from": contents.made,
                "lost_until": at,
                "acts_until": done.until,
                "repeated": done.repeated,
                "known": done.known,
                "needless": done.needless,
                "awaited": done.awaited,
                "journal": not arguments.without_journal,
            }
        )
        return
    _say(print, contents, done, at, has_journal=not arguments.without_journal)


def _say(say: Callable[[str], None], contents: Contents, done: Replay, at: datetime, *, has_journal: bool) -> None:
    made = _in_words(contents.made)
    say(f"Restored: the backup of {made}. Everything is closed; every token and session of then is dead.")
    say("The trail is whole" + (" and the one that the journal knows." if has_journal else "."))
    if has_journal:
        say(
            f"What people decided: {done.repeated} acts repeated from the journal, {done.known} were in the backup, "
            f"{done.needless} needless; the last one is of {_in_words(done.until) if done.until else 'before it'}."
        )
    else:
        say("WITHOUT A JOURNAL: what people hid, declined, revoked or closed after the backup is lost, and is open.")
    if done.awaited:
        say(f"{done.awaited} acts are about what is not here yet: they are repeated once that was delivered again.")
    say(f"MAY BE LOST, from {made} until {_in_words(at)} at the latest: what the GP systems delivered, who read what,")
    say("  sign-ins, requests and their letters, new staff, new practices.")
    say("To open: deliver again what came in that time (openrecord ingest), look at `openrecord doctor`, then")
    say("  openrecord open all")


def _in_words(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
