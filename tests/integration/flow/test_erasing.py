"""Erased is erased: after it no row of any table, and no file that was kept, holds a word of the patient."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.apps import apps
from django.db import connection

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.access.types import ViewerId
from openrecord.attachments import queries as attachments
from openrecord.audit import queries as trail
from openrecord.audit.types import Actor, ActorKind
from openrecord.caseload import actions as caseload
from openrecord.caseload.types import Kind, Wish
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.db import stored_files
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries as people
from openrecord.identity.types import Person, Role, StaffId, StaffMember
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.notify import actions as notify
from openrecord.notify.types import Channel, Pace, Preference
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import EraseReason, MergeReason, Patient, PatientId, Policy
from openrecord.restricted import actions as restricted
from openrecord.restricted.types import Cause, Ground
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts, erasing
from openrecord.screening.types import EntryId, HideReason
from openrecord.taking import actions as taking
from openrecord.taking import sharing
from openrecord.taking.types import EVERYTHING, Format, LinkId
from openrecord.timeline import lying
from tests.integration.attachments.world import document
from tests.integration.flow.two_records import new_world
from tests.integration.ops.conftest import bundle
from tests.integration.pages.town import Town, new_town, unknown_number

pytestmark = pytest.mark.usefixtures("stored")
AT = datetime(2025, 3, 3, 9, tzinfo=UTC)
STAFF = Actor(ActorKind.STAFF, "f1", "manager", "screening", "Y90101")
ISSUER = "https://login.example"
MARK = f"qx{uuid.uuid4().hex}"
"""In every word that anybody writes about the patient."""


@pytest.fixture(autouse=True)
def _own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENRECORD_JOURNAL", str(tmp_path / "acts.journal"))


@pytest.fixture
def town(stored: None) -> Town:  # noqa: ARG001  the database, open
    return new_town(Policy(go_live=date(2020, 1, 1)))


def _sent(number: NhsNumber, family: str, words: str) -> list[dict[str, Any]]:
    told: Any = bundle(number, family=family, code={"text": words}, note=[{"text": words}])
    return [entry["resource"] for entry in told["entry"]]


def _deliver(town: Town, *resources: dict[str, Any]) -> None:
    told = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    deliver(
        data=json.dumps(told).encode(), name="sent.json", format=None, terms=Terms(register=town.ods), by=STAFF, at=AT
    )


def _signed_in(number: NhsNumber, family: str) -> Person:
    claims = {
        "nhs_number": number, "family_name": family, "birthdate": "1980-05-10",
        "email": f"{MARK}@example.org", "email_verified": True,
    }  # fmt: skip
    proof = Authenticated(ISSUER, uuid.uuid4().hex, "P9.Cp.Cd", None, AT, claims)
    _, session = identity.admit_person(proof=proof, previous_token=None, device="a phone", at=AT)
    assert isinstance(session.who, Person)
    return session.who


def _known(number: NhsNumber) -> Patient:
    found = registry.patient_by_nhs_number(number)
    assert found is not None
    return found


def _rich(town: Town) -> tuple[Patient, Person]:
    """A patient about whom everything was done that leaves something behind."""
    number = unknown_number()
    _deliver(town, *_sent(number, MARK, MARK))
    patient = _known(number)
    told: dict[str, Any] = {"patient_id": patient.patient_id, "by": STAFF, "at": AT}
    entry = next(iter(screening.states(patient.patient_id)))
    acts.hide(**told, entry_id=entry, reason=HideReason.SERIOUS_HARM, responsible=MARK)
    sent = _sent(number, MARK, MARK)[0], document("letter", ("text/plain", MARK.encode()))
    _deliver(town, *sent)
    person = _signed_in(number, MARK)
    viewer = access_queries.viewer_of(patient.patient_id, person.person_id)
    assert viewer is not None
    access.issue_token(**told, viewer_id=viewer, scopes=("patient/*.rs",), expires=AT + timedelta(days=1))
    caseload.make(**told, ods=town.ods, kind=Kind.CORRECTION, asker=viewer, wish=Wish(words=MARK))
    notify.choose(**told, viewer_id=viewer, preference=Preference({Channel.EMAIL: Pace.DAILY}, "en"))
    notify.add_device(**told, viewer_id=viewer, person_id=person.person_id, endpoint=MARK, address=MARK, language="en")
    taking.ask(**told, maker=viewer, format=Format.PDF, selection=EVERYTHING, language="en")
    sharing.make(**told, link_id=LinkId(uuid.uuid4()), sharer=viewer, selection=EVERYTHING, life=timedelta(days=1))
    restricted.restrict(**told, ods=town.ods, cause=Cause.WISH)
    member = StaffMember(StaffId(uuid.uuid4()), "Reader", town.ods, frozenset({Role.READER}))
    restricted.break_glass(**told, member=member, ground=Ground.CARE, words=MARK)
    access.close(scope="patient", which=str(patient.public_id), reason=MARK, by=STAFF, at=AT)
    deliver(
        data=f"not a record of {patient.nhs_number}: {MARK}".encode(), name="bad.json", format=None,
        terms=Terms(register=town.ods), by=STAFF, at=AT,
    )  # fmt: skip
    return patient, person


def _bytes() -> Iterator[tuple[str, bytes]]:
    """All that is stored: every row of every table, what is compressed as it was."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield table, b"\0".join(_plain(table, name, value) for name, value in zip(names, row, strict=True))


def _plain(table: str, name: str, value: Any) -> bytes:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    is_compressed = (table, name) == ("ingest_source", "body")
    return zstandard.ZstdDecompressor().decompress(raw) if is_compressed else raw


def _where(*words: str) -> set[str]:
    sought = [word.encode() for word in words]
    return {table for table, raw in _bytes() if any(word in raw for word in sought)}


def _documents(patient: Patient) -> list[uuid.UUID]:
    return [state.public_id for state in screening.states(patient.patient_id).values()]


def is_there(name: bytes | None) -> bool:
    return name is not None and stored_files.path_of(name).exists()


def _erase(patient: Patient) -> None:
    reason = EraseReason.REQUEST_GRANTED
    registry_actions.erase(patient_id=patient.patient_id, reason=reason, by=STAFF, at=AT + timedelta(days=1))


def test_no_byte_tells_of_an_erased_patient_and_the_trail_is_whole(town: Town) -> None:
    patient, _ = _rich(town)
    told_in = _where(MARK, patient.nhs_number)
    assert told_in >= {
        "registry_patient", "identity_person", "screening_vault", "screening_act", "timeline_entry", "ingest_source",
        "caseload_event", "restricted_opening", "access_closure",
    }  # fmt: skip
    files = {file.store for entry in _documents(patient) for file in attachments.all_of(patient.patient_id, entry)}
    assert [is_there(name) for name in files] == [True]
    _erase(patient)
    assert _where(MARK, patient.nhs_number) == set()
    assert [is_there(name) for name in files] == [False]
    assert trail.verify().ok
    assert trail.subjects(patient.patient_id, "erased") == ("",)


def test_only_the_trail_and_what_is_counted_know_the_number_of_an_erased_patient(town: Town) -> None:
    patient, _ = _rich(town)
    _erase(patient)
    left = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if any(field.name == "patient_id" for field in model._meta.fields):
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table} WHERE patient_id=%s", [patient.patient_id])
                if cursor.fetchone()[0]:
                    left.add(model._meta.db_table)
    assert left <= {"audit_change", "month_viewer"}


def test_a_delivery_stays_for_others_in_it_until_they_are_gone(town: Town) -> None:
    one, two = unknown_number(), unknown_number()
    first, second = _sent(one, "Quill", f"first{MARK}"), _sent(two, "Quill", f"second{MARK}")
    for place, sent in enumerate((first, second)):
        sent[0]["id"] = f"p{place}"
        for resource in sent[1:]:
            resource["subject"] = {"reference": f"Patient/p{place}"}
    _deliver(town, *first, *second)
    both = _known(one), _known(two)
    _erase(both[0])
    assert _where(f"first{MARK}") == {"ingest_source"}
    assert "timeline_entry" in _where(f"second{MARK}")
    _erase(both[1])
    assert _where(f"first{MARK}", f"second{MARK}") == set()


def test_who_acts_for_somebody_else_goes_on_doing_so(town: Town) -> None:
    patient, person = _rich(town)
    child = town.patient("Child")
    viewer = ViewerId(uuid.uuid4())
    act = access_events.ProxyGranted(viewer=viewer, basis="consent", listed_org=town.ods, level=4)
    access.record(patient_id=child.patient_id, act=act, by=STAFF, at=AT, behind=person.person_id)
    _erase(patient)
    assert [one.patient_id for one in access_queries.viewings(person.person_id, at=AT)] == [child.patient_id]
    assert people.people_of_patient(patient.patient_id) == ()
    _erase(child)


def test_a_merged_record_goes_with_the_one_that_it_is_part_of() -> None:
    world = new_world()
    one, two = (_known(side.number) for side in world.sides)
    registry_actions.merge(
        survivor=one.patient_id, other=two.patient_id, reason=MergeReason.REGISTERED_TWICE, by=STAFF, at=AT
    )
    with pytest.raises(registry_actions.NotMergeable):
        _erase(two)
    _erase(one)
    assert registry.patients([one.patient_id, two.patient_id]) == {}
    assert _where(one.nhs_number, two.nhs_number, str(one.public_id), str(two.public_id)) <= {"audit_change"}
    with pytest.raises(registry.UnknownPatient):
        _erase(one)


def test_an_entry_of_somebody_else_is_erased_alone_and_does_not_show_when_it_comes_again(town: Town) -> None:
    number, wrong, right = unknown_number(), f"wrong{MARK}", f"right{MARK}"
    sent = json.loads(json.dumps(_sent(number, "Quill", wrong)))
    sent[2]["code"]["text"] = sent[2]["note"][0]["text"] = right
    _deliver(town, *sent)
    patient = _known(number).patient_id
    named = {entry: wrong.encode() in body for entry, body in _bodies(patient).items()}
    (entry,) = (one for one, is_wrong in named.items() if is_wrong)
    told: dict[str, Any] = {"patient_id": patient, "entry_id": entry, "by": STAFF, "at": AT}
    with pytest.raises(erasing.NotSomebodyElses):
        erasing.erase_entry(**told)
    acts.mark_wrong_person(**told)
    erasing.erase_entry(**told)
    assert _where(wrong) == set()
    assert _where(right) == {"timeline_entry", "timeline_words"}
    _deliver(town, *sent)
    assert _where(wrong) == {"ingest_source"}
    sent[1]["note"][0]["text"] = f"newer {wrong}"
    _deliver(town, *sent)
    assert _where(wrong) <= {"ingest_source", "screening_vault"}
    erasing.erase_entry(**told)
    assert _where(wrong) == set()
    assert trail.verify().ok


def _bodies(patient_id: PatientId) -> dict[EntryId, bytes]:
    entries = list(screening.states(patient_id))
    placed = {EntryId(entry): full or coded for entry, (coded, full) in lying.renderings(patient_id, entries).items()}
    return {**screening.vault_bodies(patient_id, entries), **placed}
