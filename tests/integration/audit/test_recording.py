"""Changes are written with what they record, reads before the answer leaves; neither can be altered through SQL."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from openrecord.audit import actions, queries, reads
from openrecord.audit.reads_table import read_insert_sql, read_parameters
from openrecord.audit.sources import CHANGE, READ
from openrecord.audit.types import Change, Look, NotRecorded, pack
from openrecord.kit import ids
from openrecord.kit.london import midnight
from tests.integration.audit.trail import AT, DOCTOR, ENTRY, PERSON, SOURCES, VIEWER, Trail, read, writer_in


def test_a_change_is_recorded_in_full(trail: Trail) -> None:  # noqa: ARG001
    details = {"b": 1, "a": None}
    actions.record_change(by=DOCTOR, at=AT, event="entry.hidden", patient_id=5, subject="e1", details=details)
    (row,) = CHANGE.rows(writer_in(CHANGE), after=0, limit=9)
    recorded = dict(zip(CHANGE.columns, row, strict=True))
    assert {name: recorded[name] for name in recorded if name not in {"id", "writer"}} == {
        "patient_id": 5,
        "sequence": 1,
        "at": 1773144000000000,
        "actor_kind": "staff",
        "actor": "staff-9",
        "role": "clinician",
        "authority": "staff:screening",
        "organisation": "Z00001",
        "device": "desk 4",
        "session": None,
        "event": "entry.hidden",
        "subject": "e1",
        "details": '{"a":null,"b":1}',
    }


def test_what_is_rolled_back_leaves_neither_row_nor_gap(trail: Trail) -> None:
    trail.fill(changes=2, served=0)
    with transaction.atomic():
        trail.fill(changes=3, served=0)
        transaction.set_rollback(True)
    trail.fill(changes=2, served=0)
    assert CHANGE.sequences(writer_in(CHANGE), after=0, limit=99) == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert queries.verify().ok


def test_a_change_outside_a_transaction_is_refused(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr(actions, "connection", SimpleNamespace(in_atomic_block=False))
    with pytest.raises(NotRecorded):
        actions.record_change(by=DOCTOR, at=AT, event="entry.hidden", patient_id=5)


@pytest.mark.usefixtures("trail")
def test_many_changes_at_once_follow_each_other() -> None:
    changes = [Change(DOCTOR, AT, "entry.placed", number) for number in range(500)]
    with transaction.atomic():
        actions.record_changes(changes)
    expected = [(sequence, 1) for sequence in range(1, 501)]
    assert CHANGE.sequences(writer_in(CHANGE), after=0, limit=999) == expected


def test_a_new_day_begins_a_new_writer(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    trail.fill(changes=1, served=1)
    monkeypatch.setattr("openrecord.audit.writers.DAY_MS", 0)
    trail.fill(changes=1, served=1)
    for source in SOURCES:
        assert sorted(source.highest(UUID(int=0)).values()) == [1, 1]


@pytest.mark.parametrize("table", ["audit_change", "audit_seal", "audit_root"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_trail(trail: Trail, table: str, act: str) -> None:
    trail.fill(changes=1, served=0)
    trail.seal()
    trail.seal(AT + timedelta(days=1))
    column = "patient_id" if table == "audit_change" else "number"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table, column, column))


@pytest.mark.parametrize("act", ["UPDATE audit_read SET actor = 'x'", "DELETE FROM audit_read"])
def test_the_database_refuses_to_change_the_reads(trail: Trail, act: str) -> None:
    trail.fill(changes=0, served=1)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        READ.fetch(act)


@pytest.mark.usefixtures("postgres_only")
@pytest.mark.parametrize("table", ["audit_change", "audit_read", "audit_seal", "audit_root"])
def test_the_database_refuses_to_truncate(trail: Trail, table: str) -> None:  # noqa: ARG001
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


def test_who_looked_is_by_day_organisation_and_role(trail: Trail) -> None:  # noqa: ARG001
    late = AT.replace(month=6, hour=23, minute=30)
    for by, at in ((PERSON, AT), (PERSON, AT), (DOCTOR, AT), (DOCTOR, late)):
        reads.record_read(read(5, by=by, at=at))
    reads.record_refusal(read(5, by=replace(DOCTOR, role="manager")), reason="closed")
    reads.record_read(read(6, by=replace(DOCTOR, role="other")))
    night, day = midnight(late.date() + timedelta(days=1)), midnight(AT.date())
    looks = (
        Look(late.date() + timedelta(days=1), "Z00001", "clinician", DOCTOR.authority),
        Look(AT.date(), None, "patient", PERSON.authority),
        Look(AT.date(), "Z00001", "clinician", DOCTOR.authority),
    )
    assert queries.who_looked(5, since=day, until=night + timedelta(days=1)) == looks
    assert queries.who_looked(5, since=day, until=night) == looks[1:]
    assert queries.who_looked(5, since=night, until=night + timedelta(days=1)) == looks[:1]
    assert queries.last_look_before(5, night) == AT.date()
    assert queries.last_look_before(5, AT) is None


def test_exposure_names_every_read_that_served_the_entry(trail: Trail) -> None:  # noqa: ARG001
    app = UUID(int=88)
    others = [UUID(int=number) for number in range(1000, 1049)]
    first = reads.record_read(read(5, served=pack([*others, ENTRY])))
    second = reads.record_read(read(5, by=DOCTOR, viewer_id=None, client_id=app, channel="fhir", at=AT + timedelta(1)))
    reads.record_read(read(5, served=pack(others)))
    reads.record_read(read(6))
    reads.record_refusal(read(5), reason="closed")
    found = queries.exposure(5, ENTRY)
    assert [(e.read_id, e.actor, e.viewer_id, e.client_id, e.channel) for e in found] == [
        (first, "person-1", VIEWER, None, "web"),
        (second, "staff-9", None, app, "fhir"),
    ]


def test_a_list_across_patients_is_a_read_of_each(trail: Trail) -> None:
    trail.fill(changes=0, served=1)
    lists = [(5, (ENTRY,)), (6, ()), (7, (UUID(int=1), ENTRY))]
    reads.record_every(replace(read(), patient_id=whose, served=pack(served)) for whose, served in lists)
    assert [len(queries.exposure(whose, ENTRY)) for whose in (6, 7)] == [0, 1]
    reads.record_every(())
    trail.fill(changes=0, served=1)
    assert READ.sequences(writer_in(READ), after=0, limit=9) == [(number, 1) for number in range(1, 6)]
    trail.seal()
    assert queries.verify().ok


def test_an_id_that_only_straddles_two_served_ids_was_not_served(trail: Trail) -> None:  # noqa: ARG001
    left, right = UUID(bytes=bytes(8) + b"ABCDEFGH"), UUID(bytes=b"IJKLMNOP" + bytes(8))
    reads.record_read(read(5, served=pack([left, right])))
    assert queries.exposure(5, UUID(bytes=b"ABCDEFGHIJKLMNOP")) == ()
    assert len(queries.exposure(5, right)) == 1


def test_a_refusal_needs_a_reason_and_serves_nothing(trail: Trail) -> None:  # noqa: ARG001
    with pytest.raises(ValueError, match="reason"):
        reads.record_refusal(read(5), reason="")
    reads.record_refusal(read(5), reason="sight.none")
    (row,) = READ.rows(writer_in(READ), after=0, limit=9)
    recorded = dict(zip(READ.columns, row, strict=True))
    assert (recorded["refused"], recorded["served"]) == ("sight.none", "")


@pytest.mark.usefixtures("postgres_only")
def test_the_statement_that_reads_can_record_too(trail: Trail) -> None:  # noqa: ARG001
    audit = read_insert_sql(
        given={"served": "(SELECT string_agg(uuid_send(page.id), '') FROM page)", "patient_id": "token.patient_id"},
        from_="token",
    )
    sql = (
        "WITH token AS (SELECT 5::bigint AS patient_id WHERE %(live)s), "
        f"page AS MATERIALIZED (SELECT %(entry)s::uuid AS id FROM token), audit AS ({audit}) SELECT id FROM page"
    )
    writer = ids.time_ordered_id()
    for live in (True, False, True):
        parameters = read_parameters(read(), ids.time_ordered_id(), writer) | {"entry": ENTRY, "live": live}
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            assert cursor.fetchall() == ([(ENTRY,)] if live else [])
    assert len(queries.exposure(5, ENTRY)) == 2
    assert READ.sequences(writer, after=0, limit=9) == [(1, 1), (2, 1)]
