"""Every read and refusal lies in the trail before the answer leaves; where it cannot, nothing leaves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from openrecord.audit import group_commit, reads_table
from openrecord.audit.sources import READ
from openrecord.fhir import statements
from tests.integration.fhir.world import App, Record, made_record


def packed(ids: list[str]) -> bytes:
    return b"".join(UUID(key).bytes for key in ids)


def test_what_was_served_is_recorded(app: App, record: Record) -> None:
    assert record.trail() == []
    page = app.search("Observation", _count=2)
    one = page.ids[0]
    app.ask(f"Observation/{one}")
    again = app.ask(f"Observation/{one}", If_None_Match="*")
    assert again.status == 304
    app.search("Condition")
    app.ask(f"Patient/{record.patient.public_id}")
    key = UUID(one).hex
    assert sorted(record.trail()) == sorted(
        [
            ("/fhir/Observation", "_count=2", "", packed(page.ids)),
            ("/fhir/Observation/id", f"_id={key}", "", packed([one])),
            ("/fhir/Observation/id", f"_id={key}", "", packed([one])),
            ("/fhir/Condition", "", "", b""),
            ("/fhir/Patient/id", f"_id={record.patient.public_id.hex}", "", record.patient.public_id.bytes),
        ]
    )


def test_the_actor_is_the_app_for_the_viewer(app: App, record: Record) -> None:
    app.search("Observation")
    sql = (
        "SELECT actor_kind, actor, role, authority, organisation, channel, viewer, client, sight FROM audit_read "
        "WHERE patient_id = %s"
    )
    ((kind, actor, role, authority, organisation, channel, viewer, client, sight),) = READ.fetch(
        sql, (record.patient.patient_id,)
    )
    assert (kind, actor, role, authority) == ("app", str(record.app), "app", "app:patient")
    assert (organisation, channel) == (None, "fhir")
    assert {UUID(str(viewer)), UUID(str(client))} == {record.viewer, record.app}
    assert len(bytes(sight)) == 16


def test_both_databases_tell_the_actor_alike() -> None:
    told = statements.search(
        "postgresql", for_patient=False, ids=None, is_dated=False, is_updated=False, codes=(), limit=2
    )
    for kind, role, authority in statements.ACTORS.values():
        assert all(f"'{word}'" in told for word in (kind.value, role, authority))


def test_refusals_are_recorded(app: App, scoped: Callable[..., App], record: Record) -> None:
    other = made_record()
    app.search("Observation", patient=str(other.patient.public_id))
    app.ask(f"Observation/{other.patient.public_id}")
    app.search("Observation", nonsense="marrowbone")
    narrow = scoped("patient/Condition.rs")
    narrow.search("Observation")
    narrow.ask(f"Observation/{other.patient.public_id}")
    narrow.ask(f"Patient/{record.patient.public_id}")
    app.ask("Patient/x")
    told = [(route, refused) for route, _, refused, served in record.trail() if not served]
    assert sorted(told) == sorted(
        [
            ("/fhir/Observation", "other_patient"),
            ("/fhir/Observation/id", "not_found"),
            ("/fhir/Observation", "unsupported"),
            ("/fhir/Observation", "insufficient_scope"),
            ("/fhir/Observation/id", "insufficient_scope"),
            ("/fhir/Patient/id", "insufficient_scope"),
            ("/fhir/Patient/id", "not_found"),
        ]
    )
    assert "marrowbone" not in str(record.trail())
    assert other.trail() == []


def test_strangers_are_recorded_by_the_hash_of_what_they_brought(app: App) -> None:
    before = set(READ.fetch("SELECT id FROM audit_read WHERE patient_id = 0"))
    App(app.origin, None).ask("Observation")
    App(app.origin, "f" * 64).ask("Observation")
    found = READ.fetch("SELECT id, actor, refused FROM audit_read WHERE patient_id = 0")
    new = sorted((actor, refused) for key, actor, refused in found if (key,) not in before)
    assert [refused for _, refused in new] == ["invalid_token", "no_token"]
    assert "f" * 64 not in str(new)


def test_without_the_trail_nothing_leaves(
    app: App, record: Record, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    one = app.search("Observation").ids[0]
    known = len(record.trail())
    _break_the_trail(monkeypatch)
    for path in ("Observation", f"Observation/{one}", f"Patient/{record.patient.public_id}", "Observation/x"):
        found = app.ask(path)
        assert found.status == 500
        assert found.json["resourceType"] == "OperationOutcome"
        assert one.encode() not in found.body
    monkeypatch.undo()
    _mend_the_trail()
    assert len(record.trail()) == known
    assert app.search("Observation").status == 200
    assert str(record.patient.nhs_number) not in caplog.text


def _break_the_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the trail's writer fails; on PostgreSQL the table refuses every row."""
    if connection.vendor == "sqlite":

        def fail(*_: Any) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(group_commit.Flusher, "_flush", fail)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {reads_table.TABLE} ADD CONSTRAINT broken CHECK (sequence < 0) NOT VALID")


def _mend_the_trail() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {reads_table.TABLE} DROP CONSTRAINT broken")
