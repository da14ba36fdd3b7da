"""What cannot be read is never shown as if there were nothing (R11): the page says that the service failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from openrecord.db import sql
from tests.integration.fhir.world import Record
from tests.integration.pages import world


@contextmanager
def gone(table: str) -> Iterator[None]:
    """The table cannot be found for a while."""
    sql.execute(f"ALTER TABLE {table} RENAME TO out_of_reach")
    try:
        yield
    finally:
        sql.execute(f"ALTER TABLE out_of_reach RENAME TO {table}")


@pytest.mark.parametrize("table", ["timeline_entry", "access_sight", "timeline_words"])
@pytest.mark.parametrize("path", ["test-results", "medicines", "timeline", "on-its-way", "search"])
def test_a_page_that_cannot_be_read_says_so(record: Record, table: str, path: str) -> None:
    browser: Client = world.patient(record)
    browser.raise_request_exception = False
    browser.post("/record/search", {"words": "weight"})
    assert browser.get(f"/record/{path}").status_code == 200
    with gone(table):
        answer = browser.get(f"/record/{path}")
    if table == "timeline_words" and path != "search":
        assert answer.status_code == 200
        return
    assert answer.status_code == 500
    html = answer.content.decode()
    assert "Sorry, there is a problem with the service" in html
    assert "There is nothing to show here" not in html
    assert "No entry was found" not in html
