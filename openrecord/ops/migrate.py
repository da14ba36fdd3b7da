"""`openrecord migrate`: make or update the database. Also what others ask before they use it."""

import argparse
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from openrecord.audit import journal
from openrecord.audit.journal import JournalDamaged
from openrecord.kit import environment
from openrecord.ops.failure import CommandFailed


def run(arguments: argparse.Namespace) -> int:
    """Apply every migration that is missing."""
    make_data_folder()
    _require_beginning()
    call_command("migrate", interactive=False, verbosity=0 if arguments.quiet else 1)
    return 0


def make_data_folder() -> None:
    """The data folder, readable by us alone."""
    environment.data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def has_database() -> bool:
    """Whether there is a database at all. To ask the embedded one would make its file."""
    return connection.vendor != "sqlite" or Path(str(connection.settings_dict["NAME"])).exists()


def missing_migrations() -> list[str]:
    """Names of migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def newer_migrations() -> list[str]:
    """Names of migrations that were applied and that this version does not know."""
    known = MigrationLoader(None).disk_migrations
    return [
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if (app, name) not in known
    ]


def restore_mark() -> Path:
    """Lies in the data folder from the beginning of a restore to its end."""
    return environment.data_folder() / "restoring"


def require_finished() -> None:
    """Raises CommandFailed where a restore was begun and not finished: what is there is not closed, or not complete."""
    if restore_mark().exists():
        raise CommandFailed("a restore was not finished: run `openrecord restore` again, with --replace")


def _require_beginning() -> None:
    """Raises CommandFailed where an empty database would begin beside a journal of another: it was lost, and what comes
    in anew would show what people had hidden in that one.
    """
    if has_database() and connection.introspection.table_names():
        return
    try:
        place = journal.end()
    except JournalDamaged as error:
        raise CommandFailed(f"{error}: move it away first") from None
    if place is not None and place.offset > journal.HEAD:
        raise CommandFailed(
            "the database is empty, and the journal holds what people decided: bring a backup back (openrecord "
            "restore); to begin from nothing move the journal away first"
        )


def require_migrations() -> None:
    """Make an empty database ready. Raises CommandFailed where one that is in use is not up to date or not whole."""
    require_finished()
    make_data_folder()
    if not (has_database() and connection.introspection.table_names()):
        _require_beginning()
        call_command("migrate", interactive=False, verbosity=0)
    elif newer_migrations():
        raise CommandFailed("the database is of a newer version of OpenRecord: install that one")
    elif missing_migrations():
        raise CommandFailed("the database is not up to date: run `openrecord migrate` first")
