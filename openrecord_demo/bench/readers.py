"""People who read: signed in, and with a token for an app, through the same doors as anybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.access import queries as access_queries
from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity.types import Person
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient

ISSUER = "https://login.openrecord.example"
APP = UUID("7b0c64de-9d3c-4f0e-8a51-2f6a7f2c9e40")
SCOPES = ("patient/*.rs",)
LIFE = timedelta(hours=6)


def make(*, numbers: Sequence[str], sessions: int) -> dict[str, list[str]]:
    """A token for each person's own record, and so many sessions, shared out among them.

    On PostgreSQL the statistics are brought up to date first, as its autovacuum does in production.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    at = clock.now()
    people = [_patient(number) for number in numbers]
    opened = [_sign_in(people[turn % len(people)], at) for turn in range(max(sessions, len(people)))]
    readers = dict(zip([patient.patient_id for patient in people], opened, strict=False))
    return {
        "tokens": [_token(patient, readers[patient.patient_id][1], at) for patient in people],
        "sessions": [token for token, _ in opened],
    }


def _patient(number: str) -> Patient:
    found = registry.patient_by_nhs_number(NhsNumber(number))
    if found is None:
        raise registry.UnknownPatient
    return found


def _sign_in(patient: Patient, at: datetime) -> tuple[str, Person]:
    if patient.born is None:
        raise ValueError("a bench patient has a birth date")
    claims = {"nhs_number": patient.nhs_number, "family_name": patient.family, "birthdate": patient.born.isoformat()}
    proof = Authenticated(ISSUER, str(patient.public_id), "P9.Cp.Cd", None, at, claims)
    token, session = identity.admit_person(proof=proof, previous_token=None, device="bench", at=at)
    if not isinstance(session.who, Person):
        raise TypeError("a person signs in as a person")
    return token, session.who


def _token(patient: Patient, person: Person, at: datetime) -> str:
    """What an app holds that the person has authorised."""
    viewing = access_queries.viewings(person.person_id, at=at)[0]
    by = Actor(ActorKind.PERSON, str(person.person_id), "person", "own record")
    client = random_id()
    act = events.AppAuthorised(viewer=client, acts_for=viewing.viewer_id, scopes=SCOPES)
    access.record(patient_id=patient.patient_id, act=act, by=by, at=at, behind=APP)
    return access.issue_token(
        patient_id=patient.patient_id, viewer_id=viewing.viewer_id, client_id=client, scopes=SCOPES,
        expires=at + LIFE, by=by, at=at,
    )  # fmt: skip
