"""What the soak tests have found once, as small as it gets."""

from datetime import datetime

import pytest

from openrecord.clinical.kinds import SLOT_KINDS
from openrecord.kit import clock
from openrecord.screening.actions import acts
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader, ServedEntry
from tests.decision.cases import instant
from tests.decision.served_acts import play
from tests.decision.served_world import BY, ServedWorld, at_time

pytestmark = pytest.mark.usefixtures("stored")


def world_of(*shapes: dict[str, object], **policy: object) -> ServedWorld:
    """These entries, a day apart, at a practice with this policy."""
    world = ServedWorld({"practices": {"A": policy}})
    for number, shape in enumerate(shapes):
        play(world, {"at": f"2024-03-{number + 1:02}T09:00:00Z", "do": "arrive", **shape})
    return world


def served(world: ServedWorld, at: str) -> dict[str, ServedEntry]:
    """What the patient sees, by the names of the world."""
    at_time(instant(at))
    moment: datetime = clock.now()
    reader = Reader(world.patient_id("pat"), *world.viewer_sight_id("pat"), "web")
    entries = {entry.public_id: entry for entry in timeline.page(reader, slots=list(SLOT_KINDS), at=moment).entries}
    return {name: entries[world.entry(name)[2]] for name in world.sent if world.entry(name)[2] in entries}


def test_a_container_shows_for_a_member_of_a_container_that_does_not() -> None:
    """A document whose recording date is missing is history, what was recorded inside it later is not."""
    world = world_of(
        {"id": "visit", "kind": "consultation", "own": "none"},
        {"id": "letter", "kind": "document", "recorded": None, "in": "visit"},
        {"id": "referral", "kind": "referral", "in": "letter"},
    )
    assert set(served(world, "2024-04-01")) == {"visit", "referral"}


def test_a_hidden_member_does_not_touch_what_has_no_text() -> None:
    """The state of an entry, and with it the ETag, changes only where its body does."""
    world = world_of({"id": "panel", "kind": "report"}, {"id": "sodium", "kind": "result", "in": "panel"})
    before = served(world, "2024-03-20")
    play(world, {"at": "2024-03-21", "do": "arrive", "id": "x", "kind": "result", "in": "panel", "filed": False})
    assert served(world, "2024-04-01") == before


def test_what_names_an_entry_for_a_while_is_afterwards_as_before() -> None:
    """An entry that is hidden again leaves no trace in the state of those that refer to it."""
    world = world_of({"id": "problem", "kind": "condition", "links": ["x"]})
    before = served(world, "2024-03-20")
    play(world, {"at": "2024-03-21", "do": "arrive", "id": "x", "kind": "observation"})
    assert set(served(world, "2024-03-22")) == {"problem", "x"}
    play(world, {"at": "2024-03-23", "do": "hide", "entry": "x", "reason": "other", "by": "drK"})
    assert served(world, "2024-04-01") == before


def test_what_arrives_after_somebody_has_looked_is_released_on_its_day() -> None:
    """A Sight that was computed before is not valid beyond the release of what has arrived since."""
    world = world_of({"id": "old", "kind": "observation"}, release={"document": {"after_days": 3}})
    assert set(served(world, "2024-03-10T09:00:00Z")) == {"old"}
    play(world, {"at": "2024-03-10T10:00:00Z", "do": "arrive", "id": "letter", "kind": "document"})
    assert set(served(world, "2024-03-12T09:00:00Z")) == {"old"}
    assert set(served(world, "2024-03-13T09:00:00Z")) == {"old", "letter"}


def test_when_a_hold_ends_the_others_of_the_medication_unit_return() -> None:
    medicine = {"id": "statement", "kind": "medication", "unit": "u"}
    world = world_of(medicine, {"id": "issue", "kind": "issue", "unit": "u"})
    play(world, {"at": "2024-03-10", "do": "hold", "entry": "issue", "until": "2024-03-13"})
    assert served(world, "2024-03-12") == {}
    assert set(served(world, "2024-03-13T09:00:00Z")) == {"statement"}


@pytest.mark.parametrize("kept_back", ["replaced", "wrong person"])
def test_a_new_version_does_not_bring_back_what_was_replaced_or_is_somebody_elses(kept_back: str) -> None:
    world = world_of({"id": "old", "kind": "report"}, {"id": "note", "kind": "observation"})
    assert "old" in served(world, "2024-03-10")
    if kept_back == "replaced":
        play(world, {"at": "2024-03-11", "do": "arrive", "id": "new", "kind": "report", "replaces": "old"})
    else:
        patient_id, entry_id, _ = world.entry("old")
        acts.mark_wrong_person(patient_id=patient_id, entry_id=entry_id, by=BY, at=instant("2024-03-11"))
    assert "old" not in served(world, "2024-03-12")
    play(world, {"at": "2024-03-13", "do": "version", "entry": "old", "v": 2, "status": "amended"})
    assert "old" not in served(world, "2024-03-14")


def young_world() -> ServedWorld:
    """A record of one entry; the patient is under 16 and may see it since March."""
    world = ServedWorld({"patient": {"born": "2010-05-10"}})
    play(world, {"at": "2024-03-01T09:00:00Z", "do": "competence", "level": "detailed"})
    play(world, {"at": "2024-03-02T09:00:00Z", "do": "arrive", "id": "bp", "kind": "observation"})
    return world


def test_another_level_of_competence_does_not_give_back_what_people_removed() -> None:
    world = young_world()
    assert set(served(world, "2024-03-03")) == {"bp"}
    play(world, {"at": "2024-03-04T09:00:00Z", "do": "decide_104", "outcome": "remove"})
    assert set(served(world, "2024-03-05")) == set()
    play(world, {"at": "2024-03-06T09:00:00Z", "do": "competence", "level": "full"})
    assert set(served(world, "2024-03-07")) == set()


def test_another_level_of_competence_does_not_read_a_104_anew() -> None:
    world = young_world()
    code = {"id": "review", "code": "104", "effective": "2024-03-04", "recorded": "2024-03-04T09:00:00Z"}
    play(world, {"at": "2024-03-04T09:00:00Z", "do": "code", **code})
    play(world, {"at": "2024-03-06T09:00:00Z", "do": "competence", "level": "full"})
    assert set(served(world, "2024-03-07")) == {"bp"}


def test_a_registration_dated_back_ends_history_granted_before_it_was_entered() -> None:
    world = ServedWorld({})
    play(world, {"at": "2023-10-01T09:00:00Z", "do": "arrive", "id": "old", "kind": "observation"})
    play(world, {"at": "2024-03-01T09:00:00Z", "do": "grant_history", "chunk": "all", "org": "A"})
    assert set(served(world, "2024-03-02")) == {"old"}
    play(world, {"at": "2024-03-03T09:00:00Z", "do": "register", "org": "A", "date": "2024-02-01"})
    assert set(served(world, "2024-03-04")) == set()


def test_removing_live_access_takes_nothing_from_a_grant_that_never_opened() -> None:
    """A 106 opens at once what a 104 had only blocked, whatever people decided about others meanwhile."""
    world = ServedWorld({"viewers": {"pat": {"kind": "self", "account": None}}})
    review = {"id": "review", "code": "104", "effective": "2024-03-01", "recorded": "2024-03-01T09:00:00Z"}
    play(world, {"at": "2024-03-01T09:00:00Z", "do": "code", **review})
    play(world, {"at": "2024-03-02T09:00:00Z", "do": "open_account", "viewer": "pat"})
    play(world, {"at": "2024-03-03T09:00:00Z", "do": "arrive", "id": "bp", "kind": "observation"})
    play(world, {"at": "2024-03-04T09:00:00Z", "do": "decide_104", "outcome": "remove"})
    play(world, {"at": "2024-03-05T09:00:00Z", "do": "decide_104", "outcome": "keep"})
    assert set(served(world, "2024-03-06")) == set()
    ended = {"id": "over", "code": "106", "effective": "2024-03-07", "recorded": "2024-03-07T09:00:00Z"}
    play(world, {"at": "2024-03-07T09:00:00Z", "do": "code", **ended})
    assert set(served(world, "2024-03-08")) == {"bp"}
