"""Two records of one person as one, and parted again: at each step what is served is what a naive account says."""

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.db import sql
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries as people
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar
from openrecord.registry.types import MergeReason, PartReason, Patient, PatientId
from openrecord.screening import listing
from openrecord.screening.types import WorklistFilter
from tests.integration.flow.two_records import STAFF, known, new_world, send, served

pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture(autouse=True, scope="module")
def _own_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENRECORD_JOURNAL", str(tmp_path_factory.mktemp("journal") / "acts.journal"))
        yield


SIDES = st.sampled_from((0, 1))
NAMES = st.sampled_from(("first", "one", "two"))
STEPS = st.one_of(
    st.tuples(st.just("arrive"), SIDES, st.sampled_from(("one", "two")), st.integers(0, 1)),
    st.tuples(st.just("decide"), SIDES, NAMES, st.sampled_from(("hide", "unhide", "hold", "release", "undo"))),
    st.tuples(st.just("pause"), SIDES, st.booleans()),
    st.tuples(st.just("merge")),
    st.tuples(st.just("part")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_each_step_serves_what_a_naive_account_says(steps: list[tuple[Any, ...]]) -> None:
    world = new_world()
    world.check()
    for step in steps:
        world.moment += 1
        if step[0] == "pause":
            world.pause(step[1], is_paused=step[2])
        else:
            getattr(world, step[0])(*step[1:])
        world.check()


def test_undo_brings_back_exactly_what_was_served_before() -> None:
    world = new_world()
    world.moment = 1
    world.arrive(0, "one", 0)
    world.arrive(1, "one", 0)
    world.decide(1, "one", "hide")
    before = [served(known(side.number).patient_id, side.account, world.at) for side in world.sides]
    stored = [_rows(known(side.number).patient_id) for side in world.sides]
    world.moment = 2
    world.merge()
    assert set(served(known(world.sides[0].number).patient_id, world.sides[0].account, world.at)) == {
        "a-first", "b-first",
    }  # fmt: skip
    world.moment = 3
    world.part()
    after = [served(known(side.number).patient_id, side.account, world.at) for side in world.sides]
    for was, now in zip(before, after, strict=True):
        assert _without_times(was) == _without_times(now)
    assert [_rows(known(side.number).patient_id) for side in world.sides] == stored


def _without_times(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {key: value for key, value in body.items() if key != "meta"} for name, body in found.items()}


def _rows(patient_id: PatientId) -> list[list[tuple[Any, ...]]]:
    """How everything about the patient's entries lies, but for when it was placed and in which tranche."""
    statements = (
        "SELECT id, public_id, org, labels, acted, placed, with_text, came_as FROM screening_entry",
        "SELECT id, entry, sequence, act FROM screening_act",
        "SELECT id, coded, full_body FROM screening_vault",
        "SELECT id, sort, slot FROM timeline_entry",
        "SELECT id, words, all_words FROM timeline_words",
        "SELECT id, state, since, due FROM screening_worklist",
    )
    return [sorted(sql.rows(f"{one} WHERE patient_id=%s", [patient_id]), key=repr) for one in statements]


def test_what_comes_again_finds_its_entry_whichever_number_it_came_for() -> None:
    """A hidden entry that its source sends anew for the merged number stays hidden."""
    world = new_world()
    world.moment = 1
    shared = {"identifier": [{"system": "https://source.example/entries", "value": uuid.uuid4().hex}]}
    one, two = (side.number for side in world.sides)
    send(two, world.town.ods, "b-shared", date(2025, 2, 9), world.at, **shared)
    world.sides[1].entries["shared"] = date(2025, 2, 9)
    world.decide(1, "shared", "hide")
    world.moment = 2
    world.merge()
    again = send(two, world.town.ods, "b-shared", date(2025, 2, 9), world.at, **shared)
    other = send(one, world.town.ods, "b-shared", date(2025, 2, 9), world.at, **shared)
    assert (again.unchanged, other.unchanged) == (1, 1)
    newer = send(one, world.town.ods, "b-shared", date(2025, 2, 10), world.at, **shared)
    assert newer.reasons["accepted"] == {"newer_version": 1}
    world.sides[1].entries["shared"] = date(2025, 2, 10)
    world.check()
    world.moment = 3
    world.part()
    world.check()


def test_a_proxy_of_one_gains_nothing_and_goes_on_where_both_let_them_in() -> None:
    world = new_world()
    one, two = (known(side.number) for side in world.sides)
    viewers = {name: uuid.uuid4() for name in ("own", "theirs", "both", "both_there")}
    daughter = uuid.uuid4()

    def let_in(patient: Patient, viewer: str, behind: uuid.UUID) -> None:
        act = access_events.ProxyGranted(viewer=viewers[viewer], basis="consent", listed_org=world.town.ods, level=4)
        access.record(patient_id=patient.patient_id, act=act, by=STAFF, at=world.at, behind=behind)

    let_in(one, "own", uuid.uuid4())
    let_in(two, "theirs", uuid.uuid4())
    let_in(one, "both", daughter)
    let_in(two, "both_there", daughter)
    world.moment = 1
    world.merge()
    assert served(one.patient_id, viewers["own"], world.at) == {}
    assert served(two.patient_id, viewers["theirs"], world.at) == {}
    assert set(served(one.patient_id, viewers["both"], world.at)) == {"a-first", "b-first"}
    world.moment = 2
    let_in(one, "own", uuid.uuid4())
    assert set(served(one.patient_id, viewers["own"], world.at)) == {"a-first", "b-first"}
    end = access_events.ProxyRevoked(viewer=viewers["both"])
    access.record(patient_id=one.patient_id, act=end, by=STAFF, at=world.at)
    world.moment = 3
    world.part()
    assert set(served(two.patient_id, viewers["theirs"], world.at)) == {"b-first"}
    assert served(two.patient_id, viewers["both_there"], world.at) == {}, "shown out while they were one"


def test_both_are_signed_out_and_no_token_reads() -> None:
    world = new_world()
    one, two = (known(side.number) for side in world.sides)
    tokens, sessions = [], []
    for patient, side in zip((one, two), world.sides, strict=True):
        claims = {"nhs_number": side.number, "family_name": "Quill", "birthdate": "1980-05-10"}
        proof = Authenticated("https://login.example", uuid.uuid4().hex, "P9.Cp.Cd", None, world.at, claims)
        sessions.append(identity.admit_person(proof=proof, previous_token=None, device=None, at=world.at)[0])
        tokens.append(
            access.issue_token(
                patient_id=patient.patient_id,
                viewer_id=side.account,
                scopes=("patient/*.rs",),
                expires=world.at + timedelta(days=1),
                by=STAFF,
                at=world.at,
            )
        )
    world.moment = 1
    world.merge()
    assert [people.session(token, at=world.at) for token in sessions] == [None, None]
    live = "SELECT revoked FROM access_live_token WHERE hash=%s"
    assert all(sql.rows(live, [access.token_hash(token)])[0][0] for token in tokens)


def test_a_doubted_entry_stands_in_the_worklist_until_somebody_answers() -> None:
    world = new_world()
    world.arrive(0, "one", 0)
    world.arrive(1, "one", 0)
    world.decide(0, "one", "release")
    world.decide(1, "one", "hide")
    world.moment = 1
    world.merge()
    waiting = listing.worklist(world.town.ods, WorklistFilter(), at=world.at, limit=9)
    assert [json.loads(item.full or item.coded)["code"]["text"] for item in waiting] == ["Made-up a-one"]
    world.moment = 2
    world.decide(0, "one", "release")
    world.check()
    assert listing.worklist(world.town.ods, WorklistFilter(), at=world.at, limit=9) == ()


@pytest.mark.parametrize(
    ("why", "spoil"),
    [
        (Bar.WITHDRAWN, registry_actions.withdraw),
        (Bar.PROTECTED, registry_actions.flag_address),
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_who_is_protected_is_never_tied_to_anybody(why: Bar, spoil: Any, side: int) -> None:
    world = new_world()
    both = [known(one.number).patient_id for one in world.sides]
    spoil(patient_id=both[side], by=STAFF, at=world.at)
    with pytest.raises(registry_actions.NotMergeable) as refused:
        world.merge()
    assert refused.value.why is why
    assert registry.home(both[1]) == both[1]


def test_a_merged_record_is_merged_once_and_not_withdrawn() -> None:
    world = new_world()
    one, two = (known(side.number).patient_id for side in world.sides)
    world.merge()
    third = world.town.patient("Quill").patient_id
    for survivor, other in ((one, two), (third, one), (two, third), (one, one)):
        with pytest.raises(registry_actions.NotMergeable):
            registry_actions.merge(
                survivor=survivor, other=other, reason=MergeReason.TEMPORARY_NUMBER, by=STAFF, at=world.at
            )
    for patient_id in (one, two):
        with pytest.raises(registry_actions.NotMergeable):
            registry_actions.withdraw(patient_id=patient_id, by=STAFF, at=world.at)
    with pytest.raises(registry_actions.NotMergeable):
        registry_actions.part(other=third, reason=PartReason.MISTAKE, by=STAFF, at=world.at)


def test_what_happens_to_the_person_under_the_other_number_reaches_the_record() -> None:
    world = new_world()
    one, two = (known(side.number).patient_id for side in world.sides)
    world.merge()
    assert served(one, world.sides[0].account, world.at)
    registry_actions.record_death(patient_id=two, died=True, by=STAFF, at=world.at)
    assert served(one, world.sides[0].account, world.at) == {}
    registry_actions.record_death(patient_id=two, died=False, by=STAFF, at=world.at)
    assert served(one, world.sides[0].account, world.at)
    access.record(patient_id=two, act=access_events.Paused(), by=STAFF, at=world.at)
    assert served(one, world.sides[0].account, world.at) == {}


@contextmanager
def closing_all() -> Iterator[None]:
    """A thread's connections end with what it does, however that ends."""
    try:
        yield
    finally:
        connections.close_all()


def test_what_arrives_while_records_are_merged_and_parted_is_lost_nowhere() -> None:
    """One delivers for the other number, one merges and parts, at the same time; both go through to the end."""
    world = new_world()
    one, two = (known(side.number).patient_id for side in world.sides)

    def deliver_many() -> None:
        with closing_all():
            for number in range(25):
                send(world.sides[1].number, world.town.ods, f"b-{number}", date(2025, 2, 1), world.at)

    def merge_and_part() -> None:
        with closing_all():
            for _ in range(8):
                world.merge()
                world.part()

    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(deliver_many), pool.submit(merge_and_part)]:
            ended.result()
    assert set(served(one, world.sides[0].account, world.at)) == {"a-first"}
    assert set(served(two, world.sides[1].account, world.at)) == {"b-first", *(f"b-{n}" for n in range(25))}
    lying = sql.rows("SELECT came_as FROM screening_entry WHERE patient_id=%s", [two])
    assert [row[0] for row in lying] == [None] * 26
