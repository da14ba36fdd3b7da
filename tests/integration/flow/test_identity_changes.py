"""Another NHS number: the same person goes on; who is to be protected becomes somebody to whom nothing leads."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.access.types import Reason
from openrecord.audit import journal, reads
from openrecord.audit.sources import READ
from openrecord.audit.types import Actor, ActorKind, Read, pack
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import sql
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries as people
from openrecord.identity.types import Person
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.ops.conftest import bundle
from tests.integration.pages.town import Town, new_town, unknown_number

pytestmark = pytest.mark.usefixtures("stored")
AT = datetime(2025, 3, 3, 9, tzinfo=UTC)
LATER = AT + timedelta(days=3)
STAFF = Actor(ActorKind.STAFF, "f1", "manager", "screening", "Y90101")
ISSUER = "https://login.example"


@pytest.fixture(autouse=True)
def _own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENRECORD_JOURNAL", str(tmp_path / "acts.journal"))


@pytest.fixture
def town(stored: None) -> Town:  # noqa: ARG001  the database, open
    return new_town(Policy(go_live=date(2020, 1, 1)))


def _delivered(number: NhsNumber, ods: OdsCode, family: str, at: datetime, mark: str) -> Tally:
    """Two entries of the source, one of them under an identifier that is the same whoever's record it is in."""
    sent: Any = bundle(number, family=family)
    for place, entry in enumerate(sent["entry"][1:]):
        entry["resource"]["id"] = f"same-{place}"
    sent["entry"][1]["resource"]["identifier"] = [{"system": "https://source.example/entries", "value": mark}]
    return deliver(
        data=json.dumps(sent).encode(), name="sent.json", format=None, terms=Terms(register=ods), by=STAFF, at=at
    )


def _patient(number: NhsNumber) -> Patient:
    found = registry.patient_by_nhs_number(number)
    assert found is not None
    return found


def _signed_in(subject: str, number: NhsNumber, family: str, at: datetime, before: str | None) -> tuple[str, Person]:
    claims = {"nhs_number": number, "family_name": family, "birthdate": "1980-05-10"}
    proof = Authenticated(ISSUER, subject, "P9.Cp.Cd", None, at, claims)
    token, session = identity.admit_person(proof=proof, previous_token=before, device="a phone", at=at)
    assert isinstance(session.who, Person)
    return token, session.who


def _proxy(patient: Patient, ods: OdsCode) -> uuid.UUID:
    mother = uuid.uuid4()
    act = access_events.ProxyGranted(viewer=uuid.uuid4(), basis="consent", listed_org=ods, level=4)
    access.record(patient_id=patient.patient_id, act=act, by=STAFF, at=AT, behind=mother)
    return mother


def _read(patient: Patient, person: Person) -> None:
    entries = [state.public_id for state in screening.states(patient.patient_id).values()]
    by = Actor(ActorKind.PERSON, str(person.person_id), "patient", "own record")
    viewer = access_queries.viewer_of(patient.patient_id, person.person_id)
    reads.record_read(Read(by, AT, patient.patient_id, "web", "/record", viewer_id=viewer, served=pack(entries)))


def test_another_number_is_the_same_person_with_the_same_record(town: Town) -> None:
    before, now, subject = unknown_number(), unknown_number(), uuid.uuid4().hex
    _delivered(before, town.ods, "Quill", AT, "m" + before)
    patient = _patient(before)
    token, person = _signed_in(subject, before, "Quill", AT, None)
    registry_actions.change_number(patient_id=patient.patient_id, now=now, by=STAFF, at=LATER)
    assert registry.patient_by_nhs_number(before) is None
    assert _patient(now).public_id == patient.public_id
    assert people.session(token, at=LATER) is None
    assert access_queries.viewings(person.person_id, at=LATER) == ()
    _, again = _signed_in(subject, now, "Quill", LATER, token)
    assert (again.person_id, again.patient_id) == (person.person_id, patient.patient_id)
    assert len(access_queries.viewings(again.person_id, at=LATER)) == 1
    assert _delivered(now, town.ods, "Quill", LATER, "m" + before).unchanged == 2
    with pytest.raises(registry_actions.NumberTaken):
        registry_actions.change_number(patient_id=town.patient("Other").patient_id, now=now, by=STAFF, at=LATER)


def test_a_withdrawn_identity_is_nobodys_any_more(town: Town) -> None:
    number, subject = unknown_number(), uuid.uuid4().hex
    _delivered(number, town.ods, "Quill", AT, "m" + number)
    patient = _patient(number)
    token, person = _signed_in(subject, number, "Quill", AT, None)
    mother = _proxy(patient, town.ods)
    viewer = access_queries.viewer_of(patient.patient_id, person.person_id)
    assert viewer is not None
    bearer = access.issue_token(
        patient_id=patient.patient_id, viewer_id=viewer, scopes=("patient/*.rs",), expires=LATER + timedelta(days=9),
        by=STAFF, at=AT,
    )  # fmt: skip
    registry_actions.withdraw(patient_id=patient.patient_id, by=STAFF, at=LATER)
    assert people.session(token, at=LATER) is None
    assert access_queries.viewings(mother, at=LATER) == ()
    assert access_queries.viewings(person.person_id, at=LATER) == ()
    live = sql.row("SELECT revoked FROM access_live_token WHERE hash=%s", [access.token_hash(bearer)])
    assert live is not None
    assert live[0]
    verdicts = screening.verdicts(patient.patient_id, viewer, at=LATER).values()
    assert verdicts
    assert all(Reason.CLOSED in verdict.reasons for verdict in verdicts)
    tally = _delivered(number, town.ods, "Quill", LATER, "m" + number)
    assert tally.reasons["quarantined"] == {"identity_withdrawn": 2}
    _, again = _signed_in(subject, number, "Quill", LATER, None)
    assert again.patient_id is None


def _rows() -> Iterator[tuple[str, str]]:
    """Every row of every table, as text in which an id is found however it is stored."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(_text(value) for value in row)
    for row in READ.fetch(f"SELECT * FROM {READ.table}", ()):
        yield READ.table, " ".join(_text(value) for value in row)


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        return raw.hex() + " " + raw.decode("latin-1").replace("-", "")
    return str(value).replace("-", "")


def _names(patient: Patient, person: Person) -> set[str]:
    """Everything by which the patient is known here."""
    states = screening.states(patient.patient_id)
    facts = access_queries.facts(patient.patient_id, at=LATER)
    ids = [patient.public_id, person.person_id, *facts.viewers, *(state.public_id for state in states.values())]
    hashes = [registry.nhs_hash(patient.nhs_number), people.nhs_hash(patient.nhs_number), *states]
    return {str(patient.patient_id), patient.nhs_number, *(one.hex for one in ids), *(raw.hex() for raw in hashes)}


def _joined(texts: Iterator[tuple[str, str]], old: set[str], new: set[str]) -> list[str]:
    return [where for where, text in texts if any(n in text for n in old) and any(n in text for n in new)]


def test_no_table_and_no_log_joins_who_somebody_was_with_who_they_are(town: Town) -> None:
    """The same account at the provider, the same device, the same entries at the source: nothing here ties them."""
    number, other, subject = unknown_number(), unknown_number(), uuid.uuid4().hex
    _delivered(number, town.ods, "Quill", AT, "m" + number)
    old = _patient(number)
    token, was = _signed_in(subject, number, "Quill", AT, None)
    _proxy(old, town.ods)
    entry = next(iter(screening.states(old.patient_id)))
    acts.hide(
        patient_id=old.patient_id, entry_id=entry, reason=HideReason.THIRD_PARTY, responsible=None, by=STAFF, at=AT
    )
    _read(old, was)
    before = _names(old, was)
    registry_actions.withdraw(patient_id=old.patient_id, by=STAFF, at=LATER)

    tally = _delivered(other, town.ods, "Newly", LATER, "m" + number)
    assert tally.accepted == 2
    new = _patient(other)
    _, person = _signed_in(subject, other, "Newly", LATER, token)
    _read(new, person)
    after = _names(new, person)

    assert was.person_id != person.person_id
    assert not before & after
    assert _joined(_rows(), before, after) == []
    kept = ((record.kind, _text(record.body) + _text(record.id)) for record, _ in journal.read())
    assert _joined(kept, before, after) == []
    assert any(one in text for one in before for _, text in _rows()), "the search finds what is there"
    assert sum(any(one in text for one in after) for _, text in _rows()) > 10


def test_without_a_withdrawal_the_search_finds_the_tie(town: Town) -> None:
    """The account that proves another number is moved, and the trail says from whom to whom."""
    number, other, subject = unknown_number(), unknown_number(), uuid.uuid4().hex
    for each, family in ((number, "Quill"), (other, "Newly")):
        _delivered(each, town.ods, family, AT, "m" + each)
    token, was = _signed_in(subject, number, "Quill", AT, None)
    before = _names(_patient(number), was)
    _, person = _signed_in(subject, other, "Newly", LATER, token)
    assert _joined(_rows(), before, _names(_patient(other), person)) == ["audit_change"]
