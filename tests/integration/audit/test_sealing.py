"""The sealer takes up every committed row once, also a late one, and closes each day."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from openrecord.audit import actions, queries, rules, tasks, writers
from openrecord.audit.sources import CHANGE
from openrecord.audit.types import Change
from openrecord.kit import ids
from tests.integration.audit.trail import AT, DOCTOR, Trail


def write_as(writer: UUID, monkeypatch: pytest.MonkeyPatch, changes: int = 1) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writers, "writer_of", lambda _connection: writer)
        actions.record_changes([Change(DOCTOR, AT, "entry.hidden", 1)] * changes)


def days_ago(days: int) -> UUID:
    return UUID(int=writers.since(days).int + 1)


def test_each_row_is_sealed_once(trail: Trail) -> None:
    trail.fill()
    assert trail.seal() == 12
    assert trail.seal() == 0
    trail.fill(changes=1, served=1)
    assert trail.seal() == 2


def test_more_rows_than_a_batch_are_sealed_in_one_call(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 3)
    trail.fill(changes=7, served=6)
    assert trail.seal() == 13
    assert queries.verify().ok


def test_a_writers_rows_are_sealed_in_its_sequence(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ids.time_ordered_id(), ids.time_ordered_id()
    for writer in (other, one, other, one):
        write_as(writer, monkeypatch, changes=2)
    trail.seal()
    rows = CHANGE.fetch("SELECT sequence FROM audit_seal ORDER BY writer, number")
    assert [sequence for (sequence,) in rows] == [1, 2, 3, 4, 1, 2, 3, 4]


def test_a_commit_that_comes_late_by_seconds_is_sealed_at_the_next_tick(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = ids.time_ordered_id()
    trail.fill()
    trail.seal()
    write_as(slow, monkeypatch)
    assert trail.seal() == 1
    assert queries.verify().ok


def test_a_commit_that_comes_days_late_is_sealed_by_the_next_sweep(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.fill()
    trail.seal()
    write_as(days_ago(9), monkeypatch)
    assert trail.seal() == 0
    assert queries.verify().unsealed == 1
    assert trail.seal(sweep=True) == 1
    write_as(days_ago(8), monkeypatch)
    assert trail.seal(AT + timedelta(days=1)) == 1
    assert queries.verify().ok


def test_a_day_is_closed_at_its_end_in_london(trail: Trail) -> None:
    before_midnight = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)
    trail.fill()
    trail.seal(before_midnight)
    trail.seal(before_midnight + timedelta(seconds=30))
    assert queries.last_root() is None
    trail.fill(changes=1, served=0)
    trail.seal(before_midnight + timedelta(minutes=1))
    root = queries.last_root()
    assert root is not None
    assert (root.number, root.day, root.first, root.last) == (1, date(2026, 6, 30), 1, 12)


def test_each_root_chains_over_the_one_before(trail: Trail) -> None:
    chain = rules.ZERO
    for number in range(1, 4):
        trail.fill(changes=number, served=0)
        trail.seal(AT + timedelta(days=number))
        trail.seal(AT + timedelta(days=number + 1))
        root = queries.last_root()
        assert root is not None
        tree = rules.MerkleTree()
        for (digest,) in CHANGE.fetch(
            "SELECT hash FROM audit_seal WHERE number BETWEEN %s AND %s ORDER BY number", (root.first, root.last)
        ):
            tree.add(bytes(digest))
        chain = rules.root_chain(number, root.day, root.first, root.last, tree.root(), chain)
        assert (root.number, root.chain) == (number, chain)


def test_a_quiet_day_needs_no_root(trail: Trail) -> None:
    trail.fill()
    trail.seal()
    for days in (1, 2, 3):
        trail.seal(AT + timedelta(days=days))
    root = queries.last_root()
    assert root is not None
    assert root.number == 1


def test_an_idle_tick_asks_few_questions(trail: Trail, django_assert_max_num_queries: object) -> None:
    trail.fill()
    trail.seal()
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        trail.seal()
