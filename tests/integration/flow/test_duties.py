"""What is noted as open in front of staff is at any time what the rules say, whatever happened in what order."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrecord.access import due as access_due
from openrecord.access import events
from openrecord.access import queries as access
from openrecord.db import sql
from openrecord.flow import worker
from openrecord.flow.duties import duties
from openrecord.kit.london import day_of, midnight
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import DEFAULT_RELEASE, Patient, Policy, ReleaseMode, ReleaseRule
from openrecord.screening import listing
from openrecord.screening.types import WorklistFilter
from tests.integration.fhir.world import AT, BY, ORG, Record, made_record, observation, stopped
from tests.integration.pages import town as made

Step = Callable[[made.Town, Patient, datetime], object]
ELEVEN_NEXT_WEEK = date(2014, 3, 10)


@pytest.fixture
def record(stored: None) -> Iterator[Record]:  # noqa: ARG001
    stopped()
    yield made_record()
    registry_actions.set_policy(ods=ORG, policy=Policy(), by=BY, at=AT)


def _act(act: events.AnyAct) -> Step:
    return lambda _town, patient, at: made.record(patient, act, at)


def _code(number: str, in_days: int) -> Step:
    return lambda _town, patient, at: made.code(patient, number, day_of(at) + timedelta(days=in_days), at)


def _policy(policy: Policy) -> Step:
    return lambda town, _patient, at: registry_actions.set_policy(ods=town.ods, policy=policy, by=BY, at=at)


def _died(*, died: bool) -> Step:
    return lambda _town, patient, at: registry_actions.record_death(
        patient_id=patient.patient_id, died=died, by=BY, at=at
    )


def _deducted(town: made.Town, patient: Patient, at: datetime) -> None:
    registry_actions.deduct(patient_id=patient.patient_id, ods=town.ods, end=day_of(at), by=BY, at=at)


STEPS: list[Step] = [
    _act(events.AccountOpened(viewer=uuid.UUID(int=1))),
    _act(events.EnhancedReviewDecided(keep=True)),
    _act(events.EnhancedReviewDecided(keep=False)),
    _act(events.Paused()),
    _act(events.Resumed()),
    _act(events.DeclineReversed(recorded=AT)),
    lambda town, patient, at: made.mother(patient, town, at),
    *(_code(number, days) for number in ("103", "104", "106") for days in (-3, 0, 2)),
    _policy(Policy(review_age=13)),
    _policy(Policy(go_live=None)),
    _policy(Policy()),
    _died(died=True),
    _died(died=False),
    _deducted,
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4)), min_size=3, max_size=9))
def test_what_is_noted_is_what_the_rules_say(stored: None, history: list[tuple[Step, int]]) -> None:  # noqa: ARG001
    """Days pass between the steps; the worker looks once a day, and moves rows after a change of policy."""
    town, at = made.new_town(Policy()), AT
    patients = [town.patient("Grown"), town.patient("Fledgling", ELEVEN_NEXT_WEEK)]
    numbers = [patient.patient_id for patient in patients]
    for step, days in history:
        at += timedelta(days=days, minutes=1)
        for patient in patients:
            step(town, patient, at)
        while worker.settle_waiting(at):
            pass
        while worker.check_duties(at):
            pass
        expected = {number: duties(access.facts(number, at=at), at) for number in numbers}
        assert access_due.due_of(numbers) == {number: due for number, due in expected.items() if due}


def test_what_waits_from_the_first_day_on_stands_in_the_worklist_on_that_day(record: Record) -> None:
    """Nobody reads the record, and nothing else happens to it."""
    first_day = day_of(AT) + timedelta(days=3)
    by_hand = dict(DEFAULT_RELEASE) | {"observation": ReleaseRule(ReleaseMode.BY_HAND)}
    registry_actions.set_policy(ods=ORG, policy=Policy(go_live=first_day, release=by_hand), by=BY, at=AT)
    while worker.settle_waiting(AT) or worker.check_duties(AT):
        pass
    record.deliver(observation("a", first_day.isoformat(), issued=f"{first_day}T00:30:00Z"))
    mine = record.patient.patient_id
    for at, waits in ((midnight(first_day) - timedelta(seconds=1), 0), (midnight(first_day), 1)):
        while worker.check_duties(at):
            pass
        listed = listing.worklist(ORG, WorklistFilter(), at=at, limit=99)
        assert sum(item.patient_id == mine for item in listed) == waits


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("a_round", [1, 200], ids=["rounds of one", "one round"])
def test_one_that_cannot_be_looked_at_stops_no_other(monkeypatch: pytest.MonkeyPatch, a_round: int) -> None:
    """Somebody's stored act says what nothing understands: what is open about everybody else is looked up."""
    monkeypatch.setattr(worker, "PATIENTS_A_CHECK", a_round)
    stopped()
    town = made.new_town(Policy())
    patients = [town.patient(name) for name in ("Adam", "Beth", "Carl")]
    for patient in patients:
        made.account(patient)
    numbers = [patient.patient_id for patient in patients]
    broken, tomorrow = numbers[0], AT + timedelta(days=1)
    acts = sql.rows("SELECT id, act FROM access_act WHERE patient_id=%s", [broken])
    sql.execute("UPDATE access_act SET act='nothing' WHERE patient_id=%s", [broken])
    while worker.check_duties(tomorrow):
        pass
    checked = dict(
        sql.rows_in("SELECT patient_id, checked_on FROM access_epoch WHERE patient_id IN ({keys})", [], numbers)
    )
    for number, act in acts:
        sql.execute("UPDATE access_act SET act=%s WHERE patient_id=%s AND id=%s", [act, broken, number])
    assert {number for number in numbers if str(checked[number]) == str(day_of(tomorrow))} == set(numbers[1:])
    assert worker.check_duties(tomorrow) == 1
