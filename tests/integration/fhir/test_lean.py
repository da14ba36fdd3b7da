"""The lean connection: one per thread, reads nothing but what it is asked, comes back once after it was lost."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection as django_connection

from openrecord.db import lean, prepared
from tests.waiting import ended

pytestmark = pytest.mark.usefixtures("stored")
COUNT = "SELECT id, epoch FROM access_switch WHERE id = %(id)s AND '100%%' <> %(other)s"


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    lean.close()


def rows() -> list[lean.Row]:
    return lean.run(lambda connection: connection.rows(COUNT, {"id": 1, "other": "100%", "spare": b"x"}))


def test_named_parameters_and_percent_signs_on_both_databases() -> None:
    assert rows() == []
    found = lean.run(lambda connection: connection.rows(COUNT, {"id": 1, "other": "x"}))
    assert [key for key, _ in found] == [1]
    assert lean.vendor() == django_connection.vendor


def test_each_thread_has_its_own_connection() -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(lean.run(lambda connection: connection))
        seen.append(lean.run(lambda connection: connection))
        lean.close()

    look()
    other = threading.Thread(target=look)
    other.start()
    ended(other)
    assert seen[0] is seen[1]
    assert seen[2] is seen[3]
    assert seen[0] is not seen[2]


def test_a_lost_connection_is_replaced_once() -> None:
    if lean.vendor() != "postgresql":
        pytest.skip("a file is not lost")
    process = lean.run(lambda connection: connection.driver.info.backend_pid)
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    assert rows() == []
    assert lean.run(lambda connection: connection.driver.info.backend_pid) != process


def test_it_is_tried_no_more_than_twice() -> None:
    tries: list[object] = []

    def lose(connection: lean.Connection) -> None:
        tries.append(connection)
        raise lean.Lost

    with pytest.raises(lean.Lost):
        lean.run(lose)
    assert len(tries) == 2
    assert tries[0] is not tries[1]


def test_more_statements_than_are_kept_prepared() -> None:
    for number in range(prepared.MOST_PREPARED + 5):
        statement = f"SELECT CAST(%(n)s AS bigint) + {number}"
        assert lean.run(lambda connection, s=statement: connection.rows(s, {"n": 1})) == [(number + 1,)]


def test_errors_of_a_statement_are_not_tried_again() -> None:
    tries: list[int] = []

    def ask(connection: lean.Connection) -> None:
        tries.append(1)
        connection.rows("SELECT nonsense FROM nowhere", {})

    with pytest.raises(Exception, match="nowhere"):
        lean.run(ask)
    assert len(tries) == 1
    assert rows() == []
