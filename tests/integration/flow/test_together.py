"""Two records of one person as one, and parted again: at each step what is served is what a naive account says."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical.kinds import SLOT_KINDS
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import sql
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries as people
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.rules.merging import Bar
from openrecord.registry.types import MergeReason, OdsCode, PartReason, Patient, PatientId, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason, WorklistFilter
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from tests.integration.pages.town import Town, new_town, unknown_number

pytestmark = pytest.mark.usefixtures("stored")
AT = datetime(2025, 3, 3, 9, tzinfo=UTC)
STAFF = Actor(ActorKind.STAFF, "f1", "ig_lead", "registry", "Y90101")
SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"


@pytest.fixture(autouse=True, scope="module")
def _own_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENRECORD_JOURNAL", str(tmp_path_factory.mktemp("journal") / "acts.journal"))
        yield


def send(number: NhsNumber, ods: OdsCode, name: str, day: date, at: datetime, **more: Any) -> Tally:
    """One entry of that name and day comes for this number."""
    patient = {
        "resourceType": "Patient", "id": "p", "identifier": [{"system": SYSTEM, "value": number}],
        "name": [{"family": "Quill", "given": ["Ann"]}], "birthDate": "1980-05-10",
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "id": name, "subject": {"reference": "Patient/p"},
        "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": f"Made-up {name}"},
        "recordedDate": day.isoformat(), "onsetDateTime": day.isoformat(), **more,
    }  # fmt: skip
    told = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, condition)]}
    data = json.dumps(told).encode()
    return deliver(data=data, name="sent.json", format=None, terms=Terms(register=ods), by=STAFF, at=at)


def known(number: NhsNumber) -> Patient:
    found = registry.patient_by_nhs_number(number)
    assert found is not None
    return found


def served(patient_id: PatientId, viewer: uuid.UUID, at: datetime) -> dict[str, dict[str, Any]]:
    """What the viewer reads, by what it says."""
    found = timeline.page(Reader(patient_id, viewer, None, "web"), slots=list(SLOT_KINDS), limit=500, at=at).entries
    bodies = [json.loads(entry.body) for entry in found]
    return {body["code"]["text"].removeprefix("Made-up "): body for body in bodies}


@dataclass
class Side:
    """One of the two as the naive account sees it: all that happened to it, each with its moment."""

    number: NhsNumber
    account: uuid.UUID
    entries: dict[str, date] = field(default_factory=dict)
    paused: list[tuple[int, bool]] = field(default_factory=list)


@dataclass
class World:
    """Both records, really and naively."""

    town: Town
    sides: tuple[Side, Side]
    acts: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    merged: int | None = None
    moment: int = 0

    @property
    def at(self) -> datetime:
        return AT + timedelta(minutes=self.moment)

    # What is done

    def arrive(self, side: int, name: str, day: int) -> None:
        one = self.sides[side]
        if name not in one.entries:
            one.entries[name] = date(2025, 2, 1) + timedelta(days=day)
        send(one.number, self.town.ods, f"{'ab'[side]}-{name}", one.entries[name], self.at)

    def decide(self, side: int, name: str, what: str) -> None:
        label = f"{'ab'[side]}-{name}"
        if name not in self.sides[side].entries:
            return
        home, entry = self._entry(label)
        told: dict[str, Any] = {"patient_id": home, "entry_id": entry, "by": STAFF, "at": self.at}
        if what == "hide":
            acts.hide(**told, reason=HideReason.THIRD_PARTY, responsible=None)
        elif what == "undo":
            if not any(act != "undo" for _, act in self._standing(label)):
                return
            acts.undo(**told, seen=screening.stamp(home, entry))
        elif what == "hold":
            acts.hold(**told, until=None)
        else:
            {"unhide": acts.unhide, "release": acts.release}[what](**told)
        self.acts.setdefault(label, []).append((self.moment, what))

    def pause(self, side: int, *, is_paused: bool) -> None:
        side = 0 if self.merged is not None else side
        act = access_events.Paused() if is_paused else access_events.Resumed()
        access.record(patient_id=known(self.sides[side].number).patient_id, act=act, by=STAFF, at=self.at)
        self.sides[side].paused.append((self.moment, is_paused))

    def merge(self) -> None:
        if self.merged is None:
            one, two = (known(side.number).patient_id for side in self.sides)
            reason = MergeReason.REGISTERED_TWICE
            registry_actions.merge(survivor=one, other=two, reason=reason, by=STAFF, at=self.at)
            self.merged = self.moment

    def part(self) -> None:
        if self.merged is not None:
            other = known(self.sides[1].number).patient_id
            registry_actions.part(other=other, reason=PartReason.MISTAKE, by=STAFF, at=self.at)
            since = [value for moment, value in self.sides[0].paused if moment >= self.merged]
            if since and since[-1]:
                self.sides[1].paused.append((self.moment, True))
            self.merged = None

    def _entry(self, label: str) -> tuple[PatientId, EntryId]:
        for side in self.sides:
            patient_id = known(side.number).patient_id
            for entry_id in screening.states(patient_id):
                body = self._body(patient_id, entry_id)
                if body["code"]["text"] == f"Made-up {label}":
                    return patient_id, entry_id
        raise AssertionError(label)

    @staticmethod
    def _body(patient_id: PatientId, entry_id: EntryId) -> dict[str, Any]:
        found = {**screening.vault_bodies(patient_id, [entry_id]), **timeline.bodies(patient_id, [entry_id])}
        body: dict[str, Any] = json.loads(found[entry_id])
        return body

    # What must be so

    def _standing(self, label: str) -> list[tuple[int, str]]:
        """The acts that were not taken back; each "undo" takes back the newest that stands."""
        standing: list[tuple[int, str]] = []
        for moment, what in self.acts.get(label, []):
            if what == "undo":
                standing.pop()
            else:
                standing.append((moment, what))
        return standing

    def _kept_back(self, label: str) -> bool:
        hidden = held = False
        for _, what in self._standing(label):
            hidden = {"hide": True, "unhide": False}.get(what, hidden)
            held = {"hold": True, "release": False}.get(what, held)
        return hidden or held

    def _labels(self, side: int) -> dict[str, date]:
        return {f"{'ab'[side]}-{name}": day for name, day in self.sides[side].entries.items()}

    def _is_doubted(self, label: str, day: date, others: dict[str, date]) -> bool:
        """Kept back in the other record on the same day, and nobody has answered since they are one."""
        assert self.merged is not None
        answered = any(moment >= self.merged for moment, _ in self._standing(label))
        return not answered and any(other == day and self._kept_back(name) for name, other in others.items())

    def _is_paused(self, side: int, since: int = 0) -> bool:
        told = [value for moment, value in self.sides[side].paused if moment >= since]
        return bool(told) and told[-1]

    def expected(self) -> tuple[set[str], set[str]]:
        if self.merged is None:
            alone = [
                set() if self._is_paused(side) else {one for one in self._labels(side) if not self._kept_back(one)}
                for side in (0, 1)
            ]
            return alone[0], alone[1]
        since = [value for moment, value in self.sides[0].paused if moment >= self.merged]
        other_paused = since[-1] if since else self._is_paused(1)
        if self._is_paused(0) or other_paused:
            return set(), set()
        first, second = self._labels(0), self._labels(1)
        shown = {one for one, day in first.items() if not self._is_doubted(one, day, second)}
        shown |= {one for one, day in second.items() if not self._is_doubted(one, day, first)}
        return {one for one in shown if not self._kept_back(one)}, set()

    def check(self) -> None:
        for side, expected in zip(self.sides, self.expected(), strict=True):
            patient = known(side.number)
            found = served(patient.patient_id, side.account, self.at)
            assert set(found) == expected
            assert all(body["subject"]["reference"] == f"Patient/{patient.public_id}" for body in found.values())
            verdicts = screening.verdicts(patient.patient_id, side.account, at=self.at).values()
            assert sum(verdict.visible for verdict in verdicts) == len(expected)
            assert screening.missing_from_worklist(patient.patient_id, at=self.at) == 0
        many = access_queries.facts_of([known(side.number).patient_id for side in self.sides], at=self.at)
        for patient_id, facts in many.items():
            alone = access_queries.facts(patient_id, at=self.at)
            assert (facts.viewers, facts.paused, facts.closures) == (alone.viewers, alone.paused, alone.closures)


def new_world() -> World:
    """A practice and two numbers, each with an entry and an account."""
    town = new_town(Policy(go_live=date(2020, 1, 1), back_record_days=100_000))
    sides = []
    for letter in "ab":
        number, account = unknown_number(), uuid.uuid4()
        send(number, town.ods, f"{letter}-first", date(2025, 1, 1), AT - timedelta(days=1))
        act = access_events.AccountOpened(viewer=account)
        access.record(patient_id=known(number).patient_id, act=act, by=STAFF, at=AT, behind=uuid.uuid4())
        sides.append(Side(number, account, {"first": date(2025, 1, 1)}))
    return World(town, (sides[0], sides[1]))


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
            )  # fmt: skip
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
    waiting = screening.worklist(world.town.ods, WorklistFilter(), at=world.at, limit=9)
    assert [json.loads(item.full or item.coded)["code"]["text"] for item in waiting] == ["Made-up a-one"]
    world.moment = 2
    world.decide(0, "one", "release")
    world.check()
    assert screening.worklist(world.town.ods, WorklistFilter(), at=world.at, limit=9) == ()


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
