"""Browsers of people and staff, signed in on the real database."""

import uuid
from datetime import date, datetime, timedelta

from django.test import Client

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.audit.types import system
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity.types import Role
from openrecord.registry import actions as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from openrecord.web.session import SESSION
from tests.integration.fhir.world import AT, OPENED, ORG, Record, made_record

BY = system("test")
ISSUER = "https://login.example"
DECIDES = (Role.CLINICIAN, Role.MANAGER)


def nobody() -> Client:
    """A browser in which nobody is signed in."""
    return Client(headers={"host": "127.0.0.1"})


def patient(record: Record, at: datetime = AT, **more: object) -> Client:
    """The browser of the person whose record it is; `more`: what else their provider says of them."""
    claims = {
        "nhs_number": record.patient.nhs_number,
        "family_name": record.patient.family,
        "birthdate": str(record.patient.born),
        **more,
    }
    proof = Authenticated(ISSUER, str(uuid.uuid4()), "P9.Cp.Cd", None, at, claims)
    token, _ = identity.admit_person(proof=proof, previous_token=None, device=None, at=at)
    return holding(token)


def staff(ods: OdsCode = ORG, roles: tuple[Role, ...] = DECIDES, name: str = "Sam Desk", at: datetime = AT) -> Client:
    """The browser of somebody who works for a practice."""
    subject = str(uuid.uuid4())
    identity.add_staff(issuer=ISSUER, subject=subject, name=name, organisation=ods, roles=roles, by=BY, at=at)
    proof = Authenticated(ISSUER, subject, None, "3", at, {})
    token, _ = identity.admit_staff(proof=proof, role_claim=None, previous_token=None, device=None, at=at)
    return holding(token)


def own_practice() -> OdsCode:
    """The code of a practice that no other test knows."""
    return OdsCode(f"Z{uuid.uuid4().int % 10**8}")


def moved(policy: Policy, *acts: events.AnyAct, there: OdsCode | None = None, **names: str) -> Record:
    """A new patient, registered at a practice of its own with this policy, after these acts. All have one name, unless
    `names` says another (family, given).
    """
    made, there = made_record(**names), there or own_practice()
    patient_id = made.patient.patient_id
    practice = Practice(there, "Green Surgery", policy=policy)
    registry.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    registry.deduct(patient_id=patient_id, ods=ORG, end=date(2020, 1, 2), by=BY, at=OPENED)
    registry.register(patient_id=patient_id, ods=there, start=date(2020, 1, 2), by=BY, at=OPENED)
    for act in acts:
        access.record(patient_id=patient_id, act=act, by=BY, at=OPENED - timedelta(days=1))
    return made


def holding(token: str) -> Client:
    browser = nobody()
    browser.cookies[SESSION] = token
    return browser
