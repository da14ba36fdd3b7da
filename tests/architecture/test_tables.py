"""Tables: keyed by the patient first, private to their station, one straight history of migrations."""

import ast
import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.architecture import source

NOT_KEYED_BY_PATIENT = {
    "identity_person": "keyed by who signs in; which patient that is may be unknown or change",
    "ingest_source_key": "keyed by what is looked up: a source's key, before the patient is known to be the right one",
    "caseload_open": "keyed by practice: its list of open requests, without a word of them",
    "restricted_record": "keyed by practice: whose list leaves out what is restricted",
    "restricted_unchecked": "keyed by practice: its list of openings that nobody has checked",
    "month_viewer": "keyed by what is counted: a person once a month, wherever registered",
    "screening_worklist": "keyed by the practice, whose list of work it is",
    "notify_message": "the outbox: local, keyed by the message",
    "access_due": "keyed by practice: what is open in front of its staff, oldest first",
    "access_live_token": "keyed by what is looked up: the token's hash, before anything is known of its bearer",
}
READ_BY_OTHERS = {
    "openrecord/timeline/queries.py": {"access_sight", "access_epoch", "access_switch"},
    "openrecord/fhir/statements.py": {"access_live_token", "timeline_entry", "timeline_member"},
}
"""Statements that join another station's tables, so that Sight is joined and not copied (docs/adr/0004)."""


def _ours() -> list[type[models.Model]]:
    found = [model for model in apps.get_models() if model.__module__.startswith("openrecord.")]
    assert len(found) > 20, "the tables were not found"
    return found


def _key(model: type[models.Model]) -> tuple[str, ...]:
    key = model._meta.pk
    assert key is not None
    return key.field_names if isinstance(key, models.CompositePrimaryKey) else (key.name,)


def test_every_table_with_a_patient_is_keyed_by_the_patient_first() -> None:
    otherwise = {
        model._meta.db_table
        for model in _ours()
        if any(field.name == "patient_id" for field in model._meta.fields) and _key(model)[0] != "patient_id"
    }
    assert otherwise == set(NOT_KEYED_BY_PATIENT)


def test_no_table_refers_to_another_stations_table() -> None:
    across = [
        f"{model.__name__}.{field.name}"
        for model in _ours()
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model and field.related_model._meta.app_label != model._meta.app_label
    ]
    assert across == []


def _owners() -> dict[str, str]:
    owners = {model._meta.db_table: model._meta.app_label for model in _ours()}
    return owners | {"audit_read": "audit"}


def _named() -> Iterator[tuple[str, str]]:
    """(file, table) for every table of another station that a text in a file names."""
    owners = _owners()
    word = re.compile(rf"\b({'|'.join(owners)})\b")
    for name, node in source.nodes("openrecord"):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for table in word.findall(node.value):
                if name.split("/")[1] != owners[table]:
                    yield name, table


def test_no_statement_names_another_stations_table() -> None:
    """The import linter sees `models`; plain SQL goes past it."""
    assert set(_named()) == {(name, table) for name, tables in READ_BY_OTHERS.items() for table in tables}


def test_one_leaf_of_migrations_for_each_station() -> None:
    loader = MigrationLoader(None)
    leaves = [app for app, _ in loader.graph.leaf_nodes() if apps.get_app_config(app).name.startswith("openrecord.")]
    assert sorted(leaves) == sorted({model._meta.app_label for model in _ours()})


def test_the_migrations_are_complete() -> None:
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert {app: [str(m) for m in found] for app, found in changes.items()} == {}
