"""Browsers of people and staff, signed in on the real database."""

import uuid
from datetime import datetime

from django.test import Client

from openrecord.audit.types import system
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity.types import Role
from openrecord.registry.types import OdsCode
from openrecord.web.session import SESSION
from tests.integration.fhir.world import AT, ORG, Record

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
    return _holding(token)


def staff(ods: OdsCode = ORG, roles: tuple[Role, ...] = DECIDES, name: str = "Sam Desk", at: datetime = AT) -> Client:
    """The browser of somebody who works for a practice."""
    subject = str(uuid.uuid4())
    identity.add_staff(issuer=ISSUER, subject=subject, name=name, organisation=ods, roles=roles, by=BY, at=at)
    proof = Authenticated(ISSUER, subject, None, "3", at, {})
    token, _ = identity.admit_staff(proof=proof, role_claim=None, previous_token=None, device=None, at=at)
    return _holding(token)


def _holding(token: str) -> Client:
    browser = nobody()
    browser.cookies[SESSION] = token
    return browser
