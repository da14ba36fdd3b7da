"""Paging: the pages together are everything, in order, once each; a cursor opens nothing."""

import base64
import random

import pytest

from openrecord.fhir.cursors import cursor
from tests.integration.fhir.world import App, Record, observation


def pages(app: App, first: str) -> list[list[str]]:
    """The ids of every page from the first on."""
    found = []
    address: str | None = first
    while address is not None:
        answer = app.follow(address)
        assert answer.status == 200
        found.append(answer.ids)
        address = answer.link("next")
    return found


@pytest.fixture
def long(record: Record) -> Record:
    """A record with many entries of few days, in no order, so that most share their place with others."""
    chance = random.Random(7)
    days = [f"2025-02-{chance.randint(4, 9):02d}" for _ in range(23)]
    record.deliver(*(observation(f"n{number}", day) for number, day in enumerate(days)))
    return record


@pytest.mark.parametrize("count", [1, 2, 5, 25, 26, 27, 250])
@pytest.mark.usefixtures("long")
def test_the_pages_together_are_everything_once(app: App, count: int) -> None:
    whole = app.search("Observation", _count=250).ids
    assert len(whole) == len(set(whole)) == 26
    found = pages(app, f"http://x/fhir/Observation?_count={count}")
    assert [key for page in found for key in page] == whole
    assert all(len(page) == count for page in found[:-1])


@pytest.mark.usefixtures("long")
def test_filters_hold_on_every_page(app: App) -> None:
    whole = app.search("Observation", _count=250, date="ge2025-02-06").ids
    assert 5 < len(whole) < 26
    found = pages(app, "http://x/fhir/Observation?_count=4&date=ge2025-02-06")
    assert [key for page in found for key in page] == whole


@pytest.mark.usefixtures("long")
def test_what_comes_while_paging_moves_nothing(app: App, record: Record) -> None:
    whole = app.search("Observation", _count=250).ids
    first = app.search("Observation", _count=10)
    record.deliver(observation("late", "2025-02-19"))
    following = first.link("next")
    assert following is not None
    assert [*first.ids, *(key for page in pages(app, following) for key in page)] == whole


@pytest.mark.parametrize(
    "text",
    ["", "x", "AAAA", "a" * 32 + "!", "é" * 32, cursor(1, b"1" * 16)[:-4], cursor(1, b"1" * 16) + "AAAA", "%00" * 32],
)
def test_a_cursor_that_was_never_handed_out_is_refused(app: App, text: str) -> None:
    found = app.search("Observation", _cursor=text)
    assert found.status == 400
    assert found.json["resourceType"] == "OperationOutcome"


def test_a_forged_cursor_opens_nothing(app: App, record: Record) -> None:
    other = app.search("Observation").ids
    for raw in (b"\x7f" + b"\xff" * 23, bytes(24), b"\x80" + bytes(23), b"\xff" * 24):
        found = app.search("Observation", _cursor=base64.urlsafe_b64encode(raw).decode())
        assert found.status == 200
        assert set(found.ids) <= set(other)
    assert record.patient.public_id.hex not in str(app.search("Observation", _count=1).link("next"))
