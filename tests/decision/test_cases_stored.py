"""Every worked case through the real stations: what the timeline hands out, and the explained answer."""

from typing import Any

import pytest

from openrecord.access import actions as access
from openrecord.access import queries as access_queries
from openrecord.clinical.kinds import SLOT_KINDS
from openrecord.clinical.wording import wording
from openrecord.db import sql
from openrecord.kit import clock
from openrecord.notify import queries as notify
from openrecord.screening import queries as screening
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import BY, ServedWorld, at_time

CASES = cases.load()
pytestmark = [
    pytest.mark.skipif(not CASES, reason="the decision cases are not beside the repository"),
    pytest.mark.usefixtures("stored"),
]


def seen(world: ServedWorld, viewer: str, channel: str) -> dict[str, bytes]:
    """Everything the timeline hands this reader, by outside id."""
    viewer_id, client_id = world.viewer_sight_id(viewer)
    reader = Reader(world.patient_id(viewer), viewer_id, client_id, channel)
    found: dict[str, bytes] = {}
    cursor = None
    while True:
        page = timeline.page(reader, slots=list(SLOT_KINDS), limit=3, after=cursor, at=clock.now())
        for entry in page.entries:
            assert str(entry.public_id) not in found
            found[str(entry.public_id)] = entry.body
        cursor = page.next_cursor
        if cursor is None:
            return found


def by_word(world: ServedWorld, viewer: str, channel: str, word: str) -> dict[str, bytes]:
    """Everything this reader finds by a word, by outside id."""
    viewer_id, client_id = world.viewer_sight_id(viewer)
    reader = Reader(world.patient_id(viewer), viewer_id, client_id, channel)
    page = timeline.found(reader, (word,), slots=list(SLOT_KINDS), limit=500, at=clock.now())
    assert page.next_cursor is None
    return {str(entry.public_id): entry.body for entry in page.entries}


def check_words(world: ServedWorld, viewer: str) -> None:
    """What is kept for searching is what the entries of the timeline say, and nothing besides."""
    key = [world.patient_id(viewer)]
    lying = sql.rows("SELECT id, sort, public_id, slot, coded, full_body FROM timeline_entry WHERE patient_id=%s", key)
    kept = sql.rows("SELECT id, sort, public_id, slot, words, all_words FROM timeline_words WHERE patient_id=%s", key)
    expected = [
        (bytes(entry), sort, bytes(public), slot, wording(bytes(coded)), None if full is None else wording(bytes(full)))
        for entry, sort, public, slot, coded, full in lying
    ]
    assert sorted((bytes(row[0]), row[1], bytes(row[2]), *row[3:]) for row in kept) == sorted(expected)


def check(world: ServedWorld, step: dict[str, Any]) -> None:
    """One question: what is served, what is explained, who was told."""
    at_time(instant(step["at"]))
    viewer, channel = step["ask"], step["channel"]
    owner = world.owner(viewer)
    copies = {copy for _, copy in step.get("same", [])}
    names = {n: world.entry(n) for n, s in world.sent.items() if s.patient == owner and n not in copies}
    served = seen(world, viewer, channel)
    assert sorted(n for n, (_, _, public) in names.items() if str(public) in served) == sorted(step["see"])
    assert len(served) == len(step["see"])
    assert by_word(world, viewer, channel, "coded") == served
    by_text = by_word(world, viewer, channel, "text")
    assert by_text.items() <= served.items()
    assert all(b"TEXT-" in body for body in by_text.values())
    check_words(world, viewer)
    viewer_id, client_id = world.viewer_sight_id(viewer)
    verdicts = screening.verdicts(
        world.patient_id(viewer), viewer_id, at=instant(step["at"]), channel=channel, client_id=client_id
    )
    hidden = {n: sorted(verdicts[e].reasons) for n, (_, e, _) in names.items() if not verdicts[e].visible}
    assert hidden == {n: sorted(codes) for n, codes in step["hidden"].items()}
    for name, rendering in step.get("as", {}).items():
        assert (f"TEXT-{name}".encode() in served[str(names[name][2])]) == (rendering == "full"), name
        assert (str(names[name][2]) in by_text) == (rendering == "full"), name
    for name, order in step.get("version", {}).items():
        assert f"-v{order}".encode() in served[str(names[name][2])]
    everything = b"".join(served.values()).decode()
    for name in step["hidden"]:
        assert str(names[name][2]) not in everything
        assert f"CODED-{name}-" not in everything
    if "notified" in step:
        told = notify.told_of(world.patient_id(viewer), viewer_id)
        assert sorted(n for n, (_, e, _) in names.items() if e in told) == sorted(step["notified"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: cases.Case) -> None:
    world = ServedWorld(case.body)
    try:
        for step in case.body["steps"]:
            if "do" in step:
                play(world, step)
            else:
                check(world, step)
    finally:
        for closure in access_queries.closures():
            access.reopen(scope=closure.scope, which=closure.which, by=BY, at=clock.now())
