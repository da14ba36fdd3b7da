"""Whatever somebody with the whole database in hand alters, removes, re-orders or inserts is found and named (R51)."""

from datetime import timedelta

import pytest
from django.db import connection

from openrecord.audit import queries
from openrecord.audit.sources import CHANGE, CHANGE_COLUMNS, READ, Source
from openrecord.audit.types import ProblemKind
from openrecord.db.sql import uuid_key
from tests.integration.audit.trail import AT, SOURCES, Trail, writer_in

TOMORROW = AT + timedelta(days=1)
EVERY_COLUMN = [(CHANGE, column) for column in CHANGE_COLUMNS] + [(READ, column) for column in READ.columns]
NUMBERS = {"patient_id", "sequence", "at"}
both_tables = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


def another_value(source: Source, column: str) -> object:
    if column in NUMBERS:
        return 987654321
    sixteen = bytes(range(16))
    if column in {"served", "sight"} or (source is CHANGE and column == "id"):
        return sixteen
    if column in {"id", "writer", "viewer", "client"}:
        return sixteen.hex()
    return "other"


def full(trail: Trail) -> Trail:
    """Yesterday's rows sealed and rooted, today's sealed."""
    trail.fill()
    trail.seal()
    trail.fill()
    trail.seal(TOMORROW)
    assert queries.verify().ok
    return trail


def test_an_untouched_trail_is_whole(trail: Trail) -> None:
    verdict = queries.verify()
    assert (verdict.ok, verdict.seals, verdict.roots, verdict.unsealed) == (True, 0, 0, 0)
    full(trail)
    verdict = queries.verify()
    assert (verdict.ok, verdict.seals, verdict.roots, verdict.unsealed) == (True, 24, 1, 0)


def test_the_unsealed_tail_is_reported_and_is_not_wrong(trail: Trail) -> None:
    full(trail).fill(changes=2, served=3)
    verdict = queries.verify()
    assert (verdict.ok, verdict.unsealed) == (True, 5)


@pytest.mark.parametrize(("source", "column"), EVERY_COLUMN, ids=lambda value: getattr(value, "name", value))
def test_an_altered_column_is_found_and_its_row_named(trail: Trail, source: Source, column: str) -> None:
    full(trail)
    writer = writer_in(source)
    trail.tamper(
        f"UPDATE {source.table} SET {column} = %s WHERE sequence = 4 AND writer = %s",
        [another_value(source, column), uuid_key(writer)],
    )
    named = {(problem.source, problem.writer, problem.sequence) for problem in trail.problems()}
    assert (source.name, writer, 4) in named


@pytest.mark.parametrize("column", ["number", "at", "source", "writer", "sequence", "row_id", "hash"])
@pytest.mark.parametrize("which", [1, 7, 24])
def test_an_altered_seal_is_found(trail: Trail, column: str, which: int) -> None:
    values = {"number": 9999, "at": 1, "source": "other", "sequence": 9999, "hash": bytes(32)}
    full(trail)
    trail.tamper(f"UPDATE audit_seal SET {column} = %s WHERE number = %s", [values.get(column, bytes(16).hex()), which])
    assert trail.problems()


@pytest.mark.parametrize("column", ["number", "day", "first", "last", "tree", "chain"])
def test_an_altered_root_is_found(trail: Trail, column: str) -> None:
    values = {"number": 5, "day": "2026-01-01", "first": 2, "last": 11, "tree": bytes(32), "chain": bytes(32)}
    full(trail)
    trail.tamper(f"UPDATE audit_root SET {column} = %s", [values[column]])
    assert {problem.kind for problem in trail.problems()} & {ProblemKind.ROOT_ALTERED, ProblemKind.ROOT_MISSING}


def test_an_altered_hash_is_told_from_an_altered_row(trail: Trail) -> None:
    full(trail)
    trail.tamper("UPDATE audit_seal SET hash = %s WHERE number = 20", [bytes(32)])
    assert [(problem.kind, problem.number) for problem in trail.problems()] == [(ProblemKind.SEAL_ALTERED, 20)]


@both_tables
@pytest.mark.parametrize("sequence", [1, 4, 12])
def test_a_removed_sealed_row_is_found(trail: Trail, source: Source, sequence: int) -> None:
    full(trail)
    trail.tamper(f"DELETE FROM {source.table} WHERE sequence = %s", [sequence])
    assert [(p.kind, p.source, p.sequence) for p in trail.problems()] == [
        (ProblemKind.ROW_MISSING, source.name, sequence)
    ]


@both_tables
def test_a_row_removed_from_the_unsealed_tail_is_found(trail: Trail, source: Source) -> None:
    trail.fill()
    trail.tamper(f"DELETE FROM {source.table} WHERE sequence IN (1, 3)")
    assert [(p.kind, p.sequence) for p in trail.problems()] == [
        (ProblemKind.SEQUENCE_GAP, 1),
        (ProblemKind.SEQUENCE_GAP, 3),
    ]


@both_tables
def test_a_row_removed_before_it_was_sealed_leaves_a_gap(trail: Trail, source: Source) -> None:
    trail.fill()
    trail.tamper(f"DELETE FROM {source.table} WHERE sequence = 3")
    trail.seal()
    assert ProblemKind.SEQUENCE_GAP in {problem.kind for problem in trail.problems()}


@both_tables
def test_two_rows_that_changed_places_are_found(trail: Trail, source: Source) -> None:
    full(trail)
    for old, new in ((4, -1), (5, 4), (-1, 5)):
        trail.tamper(f"UPDATE {source.table} SET sequence = %s WHERE sequence = %s", [new, old])
    altered = [(p.kind, p.sequence) for p in trail.problems() if p.kind is ProblemKind.ROW_ALTERED]
    assert altered == [(ProblemKind.ROW_ALTERED, 4), (ProblemKind.ROW_ALTERED, 5)]


def test_two_seals_that_changed_places_are_found(trail: Trail) -> None:
    full(trail)
    for old, new in ((4, -1), (5, 4), (-1, 5)):
        trail.tamper("UPDATE audit_seal SET number = %s WHERE number = %s", [new, old])
    assert ProblemKind.SEAL_ORDER in {problem.kind for problem in trail.problems()}


@pytest.mark.parametrize("number", [1, 5, 12, 13])
def test_a_removed_seal_is_found(trail: Trail, number: int) -> None:
    full(trail)
    trail.tamper("DELETE FROM audit_seal WHERE number = %s", [number])
    assert (ProblemKind.SEAL_MISSING, number) in {(problem.kind, problem.number) for problem in trail.problems()}


def test_last_rows_removed_with_their_seals_are_found_once_a_root_covers_them(trail: Trail) -> None:
    trail.fill()
    trail.seal()
    trail.seal(TOMORROW)
    for source in SOURCES:
        trail.tamper(f"DELETE FROM {source.table} WHERE sequence > 4")
    trail.tamper("DELETE FROM audit_seal WHERE number > 10")
    assert {(p.kind, p.number) for p in trail.problems()} >= {(ProblemKind.SEAL_MISSING, 11)}


def test_a_last_seal_removed_alone_shows_in_the_root(trail: Trail) -> None:
    trail.fill()
    trail.seal()
    trail.seal(TOMORROW)
    trail.tamper("DELETE FROM audit_seal WHERE number = 12")
    assert [(p.kind, p.number) for p in trail.problems()] == [(ProblemKind.SEAL_MISSING, 12)]


@both_tables
@pytest.mark.parametrize("sequence", [4, 0, -3])
def test_an_inserted_row_is_found(trail: Trail, source: Source, sequence: int) -> None:
    full(trail)
    columns = ", ".join(source.columns)
    fresh = {"id": "%s", "sequence": str(sequence)}
    values = ", ".join(fresh.get(column, column) for column in source.columns)
    row_id: object = bytes(16) if source is CHANGE else bytes(16).hex()
    cast = values.replace("%s", "%s::uuid") if source is READ and connection.vendor == "postgresql" else values
    again = f"SELECT {cast} FROM {source.table} WHERE sequence = 4"
    trail.tamper(f"INSERT INTO {source.table} ({columns}) {again}", [row_id])
    inserted = [problem for problem in trail.problems() if problem.kind is ProblemKind.ROW_INSERTED]
    assert [(problem.source, problem.sequence) for problem in inserted] == [(source.name, sequence)]


def test_a_removed_row_hidden_behind_a_doubled_one_is_found(trail: Trail) -> None:
    trail.fill(served=0)
    trail.tamper("UPDATE audit_change SET sequence = 2 WHERE sequence = 3")
    assert {(p.kind, p.sequence) for p in trail.problems()} == {
        (ProblemKind.ROW_INSERTED, 2),
        (ProblemKind.SEQUENCE_GAP, 3),
    }


def test_a_removed_root_is_found(trail: Trail) -> None:
    full(trail)
    trail.fill()
    trail.seal(AT + timedelta(days=2))
    trail.tamper("DELETE FROM audit_root WHERE number = 1")
    assert (ProblemKind.ROOT_MISSING, 1) in {(problem.kind, problem.number) for problem in trail.problems()}


def test_a_trail_rewritten_as_a_whole_is_found_by_the_root_kept_outside(trail: Trail) -> None:
    full(trail)
    kept = queries.last_root()
    assert kept is not None
    assert queries.verify([kept]).ok
    for table in ("audit_seal", "audit_root"):
        trail.tamper(f"DELETE FROM {table}")
    trail.tamper("UPDATE audit_change SET event = 'entry.shown' WHERE sequence = 2")
    trail.seal()
    trail.seal(TOMORROW)
    assert queries.verify().ok
    assert [p.kind for p in queries.verify([kept]).problems] == [ProblemKind.ROOT_EXTERNAL]


def test_many_problems_are_counted_and_the_first_are_named(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openrecord.audit.verification.NAMED_PROBLEMS", 3)
    full(trail)
    trail.tamper("UPDATE audit_change SET event = 'x'")
    verdict = queries.verify()
    assert (len(verdict.problems), verdict.problem_count) == (3, 12)


def test_chunks_do_not_change_the_verdict(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openrecord.audit.verification.CHUNK", 5)
    full(trail)
    trail.tamper("UPDATE audit_change SET event = 'x' WHERE sequence = 5")
    assert [(p.kind, p.sequence) for p in trail.problems()] == [(ProblemKind.ROW_ALTERED, 5)]
