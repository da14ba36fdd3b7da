"""A change of policy moves the rows of many patients in few statements: exactly as it would one after the other."""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from openrecord.access import events
from openrecord.clinical.kinds import Level, Section
from openrecord.db import sql
from openrecord.flow import steps, worker
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import DEFAULT_RELEASE, PatientId, Policy, ReleaseMode, ReleaseRule
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.sent import some_of_every_type
from tests.integration.fhir.world import AT, BY, OPENED, Record, stopped
from tests.integration.pages import town as made

TABLES = {
    "screening_entry": "id, placed, tranche, with_text, placed_at, ever_placed, proxies",
    "screening_vault": "id, coded, full_body",
    "screening_worklist": "id, org, slot, state, since, due, leaves, day, rank",
    "timeline_entry": "id, public_id, sort, slot, tranche, hollow, proxies, placed_at, coded, full_body, refs, codes",
    "timeline_words": "id, slot, words, all_words",
    "timeline_member": "id, container, member, is_direct",
    "access_tranche": "number, org, chunks",
    "access_due": "ods, matter, viewer_id, since",
    "access_epoch": "policy_pending",
}
BY_HAND = ReleaseRule(ReleaseMode.BY_HAND)
POLICIES = [
    Policy(),
    Policy(go_live=None),
    Policy(go_live=date(2030, 1, 1)),
    Policy(level=Level.SUMMARY),
    Policy(level=Level.DETAILED),
    Policy(sections_off=frozenset({Section.RESULTS})),
    Policy(release=dict(DEFAULT_RELEASE) | {"observation": BY_HAND}),
    Policy(release=dict(DEFAULT_RELEASE) | {"observation": ReleaseRule(ReleaseMode.AFTER_DAYS, 400)}),
]
Kind = IntEnum("Kind", "BARE HIDDEN HELD CHILD CODED OPENED", start=0)
Snapshot = dict[str, list[tuple[object, ...]]]


def patient(town: made.Town, kind: int, chance: random.Random) -> PatientId:
    """Somebody with one of several histories; kind 0 has no record at all."""
    found = town.patient(f"Mover{kind}", made.CHILD if kind == Kind.CHILD else made.ADULT)
    if kind == Kind.BARE:
        return found.patient_id
    record = Record(found)
    made.record(found, events.AccountOpened(viewer=record.viewer), OPENED)
    every = list(some_of_every_type(chance))
    record.deliver(*chance.sample(every, chance.randint(1, len(every))), org=town.ods)
    about: Mapping[str, Any] = {"patient_id": found.patient_id, "by": BY, "at": AT}
    for entry_id in chance.sample(sorted(screening.states(found.patient_id)), 1):
        if kind == Kind.HIDDEN:
            acts.hide(entry_id=entry_id, reason=HideReason.THIRD_PARTY, responsible=None, **about)
        elif kind == Kind.HELD:
            acts.hold(entry_id=entry_id, until=None, **about)
    if kind == Kind.CHILD:
        made.mother(found, town)
    elif kind == Kind.CODED:
        made.code(found, "104")
    elif kind == Kind.OPENED:
        act = events.HistoryGranted(chunk=uuid.uuid4(), org=town.ods, level=Level.FULL, named=(record.viewer,))
        made.record(found, act)
    return found.patient_id


def snapshot(patients: Sequence[PatientId]) -> Snapshot:
    """All that settling may have touched."""
    found: Snapshot = {}
    for table, columns in TABLES.items():
        rows = sql.rows_in(f"SELECT patient_id, {columns} FROM {table} WHERE patient_id IN ({{keys}})", [], patients)
        plain = (tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows)
        found[table] = sorted(plain, key=repr)
    return found


@settings(max_examples=25, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(Kind), min_size=2, max_size=5),
    seed=st.integers(0, 2**32),
    policies=st.lists(st.sampled_from(POLICIES), min_size=1, max_size=4),
)
@pytest.mark.usefixtures("stored")
def test_many_are_moved_as_one_by_one(kinds: list[Kind], seed: int, policies: list[Policy]) -> None:
    stopped()
    town, chance = made.new_town(Policy()), random.Random(seed)
    patients = [patient(town, kind, chance) for kind in kinds]
    for policy in policies:
        registry_actions.set_policy(ods=town.ods, policy=policy, by=BY, at=AT)
        with transaction.atomic():
            for one in reversed(patients):
                steps.settle_waiting([one], at=AT)
            expected = snapshot(patients)
            transaction.set_rollback(True)
        steps.settle_waiting(patients, at=AT)
        assert snapshot(patients) == expected
        assert not any(row[1] for row in expected["access_epoch"])


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("a_round", [1, 50], ids=["rounds of one", "one round"])
def test_one_that_cannot_be_moved_stops_no_other(monkeypatch: pytest.MonkeyPatch, a_round: int) -> None:
    """Somebody's stored entry says what nothing understands: everybody else's rows move, whoever is first."""
    monkeypatch.setattr(worker, "PATIENTS_A_ROUND", a_round)
    stopped()
    town, chance = made.new_town(Policy()), random.Random(1)
    patients = [patient(town, kind, chance) for kind in (Kind.HELD, Kind.CODED, Kind.OPENED)]
    broken = patients[0]
    kinds = dict(sql.rows("SELECT id, kind FROM screening_entry WHERE patient_id=%s", [broken]))
    registry_actions.set_policy(ods=town.ods, policy=Policy(go_live=None), by=BY, at=AT)
    sql.execute("UPDATE screening_entry SET kind='nothing' WHERE patient_id=%s", [broken])
    try:
        while worker.settle_waiting(AT):
            pass
        left = dict(snapshot(patients)["access_epoch"])
        assert {number for number, waits in left.items() if waits} == {broken}
        assert {row[0] for row in snapshot(patients)["timeline_entry"]} <= {broken}
    finally:
        for entry, kind in kinds.items():
            sql.execute("UPDATE screening_entry SET kind=%s WHERE patient_id=%s AND id=%s", [kind, broken, entry])
    while worker.settle_waiting(AT):
        pass
    assert not snapshot(patients)["timeline_entry"]


@pytest.mark.usefixtures("stored")
def test_long_records_are_moved_in_rounds_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody waits for a commit of many of them."""
    stopped()
    while worker.settle_waiting(AT):
        pass
    town, chance = made.new_town(Policy()), random.Random(2)
    patients = [patient(town, kind, chance) for kind in (Kind.CODED, Kind.BARE, Kind.HIDDEN, Kind.OPENED)]
    registry_actions.set_policy(ods=town.ods, policy=Policy(go_live=None), by=BY, at=AT)
    waiting = [number for number, waits in snapshot(patients)["access_epoch"] if waits]
    monkeypatch.setattr(worker, "ENTRIES_A_ROUND", 1)
    rounds = []
    while moved := worker.settle_waiting(AT):
        rounds.append(moved)
    assert sum(rounds) == len(waiting)
    assert max(rounds) <= 2, "one record, and whoever has none"
