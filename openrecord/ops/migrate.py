"""`openrecord migrate`: make or update the database. Also what others ask before they use it."""

import argparse
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from openrecord.kit import environment
from openrecord.ops.failure import CommandFailed


def run(arguments: argparse.Namespace) -> int:
    """Apply every migration that is missing."""
    make_data_folder()
    call_command("migrate", interactive=False, verbosity=0 if arguments.quiet else 1)
    return 0


def make_data_folder() -> None:
    """The data folder, readable by us alone."""
    environment.data_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def missing_migrations() -> list[str]:
    """Names of migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def restore_mark() -> Path:
    """Lies in the data folder from the beginning of a restore to its end."""
    return environment.data_folder() / "restoring"


def require_finished() -> None:
    """Raises CommandFailed where a restore was begun and not finished: what is there is not closed, or not complete."""
    if restore_mark().exists():
        raise CommandFailed("a restore was not finished: run `openrecord restore` again, with --replace")


def require_migrations() -> None:
    """Make an empty database ready. Raises CommandFailed where one that is in use is not up to date or not whole."""
    require_finished()
    make_data_folder()
    if not connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    elif missing_migrations():
        raise CommandFailed("the database is not up to date: run `openrecord migrate` first")
