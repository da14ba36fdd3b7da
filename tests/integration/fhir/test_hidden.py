"""What is hidden leaves no trace: not in bytes, headers, status, counts, pages or tags."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.fhir.world import AT, BY, App, Record, Reply, observation

QUESTIONS = (
    "Observation",
    "Observation?_count=1",
    "Observation?_count=3",
    "Observation?category=vital-signs&date=ge2025-02-02",
    "Observation?_lastUpdated=ge2020",
    "Encounter",
    "DiagnosticReport",
    "Patient",
    "metadata",
)


def everything(app: App) -> list[Reply]:
    """The answers to every question, and to every page and resource they lead to."""
    answers = [app.ask(question) for question in QUESTIONS]
    for answer in list(answers):
        links = answer.json.get("link", [])
        answers += [app.follow(link["url"]) for link in links]
        answers += [app.ask(f"{each['resourceType']}/{each['id']}") for each in answer.resources]
    return answers


def test_an_entry_that_arrives_unseen_changes_nothing(app: App, record: Record) -> None:
    before = everything(app)
    record.deliver(observation("x", "2025-02-02", "laboratory", status="preliminary"))
    record.deliver(observation("old", "2025-02-02", issued="2019-01-01T00:00:00Z"))
    assert everything(app) == before


def test_an_entry_that_is_hidden_is_as_if_it_never_was(app: App, record: Record) -> None:
    before = everything(app)
    record.deliver(observation("x", "2025-02-02"))
    during = everything(app)
    assert during != before
    (new,) = {*app.search("Observation").ids} - {*before[0].ids}
    acts.hide(
        patient_id=record.patient.patient_id,
        entry_id=record.entry(new),
        reason=HideReason.OTHER,
        responsible=None,
        by=BY,
        at=AT,
    )
    assert everything(app) == before
    assert app.ask(f"Observation/{new}") == app.ask(f"Observation/{uuid.uuid4()}") == app.ask("Observation/nonsense")
    seen = app.search("Observation", _id=new)
    assert seen.resources == []


@pytest.mark.parametrize("stop", ["patient", "channel", "client"])
def test_an_emergency_stop_acts_at_the_next_request(app: App, record: Record, stop: str) -> None:
    assert app.search("Observation").resources
    which = {"patient": str(record.patient.public_id), "channel": "fhir", "client": str(record.app)}[stop]
    access.close(scope=stop, which=which, reason="test", by=BY, at=AT)
    try:
        assert app.search("Observation").resources == []
        assert app.ask(f"Patient/{record.patient.public_id}").status == 404
    finally:
        access.reopen(scope=stop, which=which, by=BY, at=AT)
    assert app.search("Observation").resources


def test_a_withdrawn_apps_token_is_no_token(app: App, record: Record) -> None:
    assert app.search("Observation").resources
    known = app.search("Observation").header("ETag")
    act = events.AppRevoked(viewer=record.app)
    access.record(patient_id=record.patient.patient_id, act=act, by=BY, at=AT)
    unknown = App(app.origin, "0" * 64)
    assert app.ask("Observation", If_None_Match=str(known)) == unknown.ask("Observation")
    assert app.ask(f"Patient/{record.patient.public_id}").status == 401


def test_a_revoked_or_expired_token_is_no_token(
    origin: str, record: Record, app: App, scoped: Callable[..., App]
) -> None:
    living = scoped("patient/*.rs")
    assert living.token is not None
    assert access.revoke_token(token=living.token, by=BY, at=AT) is True
    assert access.revoke_token(token=living.token, by=BY, at=AT) is False
    old = App(origin, record.token(expires=AT, at=AT - timedelta(hours=1)))
    unknown = App(origin, "0" * 64)
    answers = [dead.ask("Observation") for dead in (living, old, unknown)]
    assert [answer.status for answer in answers] == [401, 401, 401]
    assert answers[0] == answers[1] == answers[2]
    assert app.ask("Observation").status == 200


def test_a_token_is_only_for_who_was_let_in(record: Record) -> None:
    number = record.patient.patient_id
    later = AT + timedelta(hours=1)
    for viewer, client in (
        (record.viewer, uuid.uuid4()),
        (uuid.uuid4(), record.app),
        (uuid.uuid4(), uuid.UUID(int=0)),
        (record.app, uuid.UUID(int=0)),
    ):
        with pytest.raises(access.NoGrant):
            access.issue_token(
                patient_id=number,
                viewer_id=viewer,
                client_id=client,
                scopes=("patient/*.rs",),
                expires=later,
                by=BY,
                at=AT,
            )
    for scopes, expires in (((), later), (("patient/*.rs",), AT)):
        with pytest.raises(ValueError, match="token"):
            access.issue_token(
                patient_id=number,
                viewer_id=record.viewer,
                client_id=record.app,
                scopes=scopes,
                expires=expires,
                by=BY,
                at=AT,
            )
