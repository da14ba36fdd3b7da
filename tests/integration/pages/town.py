"""A practice of its own with a few patients, for pages about the whole list."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, Policy, Practice
from tests.integration.fhir.world import AT, BY, OPENED

TODAY = AT.date()
ADULT = date(1980, 5, 10)
CHILD = date(2020, 5, 10)


def unknown_number() -> NhsNumber:
    """An NHS number for tests that nobody has."""
    candidates = (f"999{uuid.uuid4().int % 10**7:07d}" for _ in range(10_000))
    return next(
        NhsNumber(c) for c in candidates if is_valid(c) and registry.patient_by_nhs_number(NhsNumber(c)) is None
    )


@dataclass(frozen=True, slots=True)
class Town:
    """A practice."""

    ods: OdsCode

    def patient(self, family: str, born: date = ADULT) -> Patient:
        """Somebody who is registered here."""
        patient = registry_actions.add_patient(
            nhs_number=unknown_number(), family=family, given="Test", born=born, gender=None, by=BY, at=OPENED
        )
        registry_actions.register(patient_id=patient.patient_id, ods=self.ods, start=ADULT, by=BY, at=OPENED)
        return patient


def new_town(policy: Policy | None = None) -> Town:
    """A practice that nobody else knows; without a policy it has not gone live."""
    ods = OdsCode(f"Y{uuid.uuid4().int % 10**6:06d}")
    practice = Practice(ods, "Hilltop Surgery", policy=policy or Policy(go_live=None))
    registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    return Town(ods)


def account(patient: Patient, at: datetime = OPENED) -> UUID:
    """The patient opens an account; their viewer."""
    viewer = uuid.uuid4()
    record(patient, events.AccountOpened(viewer=viewer), at)
    return viewer


def mother(patient: Patient, town: Town, at: datetime = OPENED) -> UUID:
    """The patient's mother is given access; her viewer."""
    viewer = uuid.uuid4()
    act = events.ProxyGranted(viewer=viewer, basis="parental", listed_org=town.ods, level=Level.FULL)
    access.record(patient_id=patient.patient_id, act=act, by=BY, at=at, behind=uuid.uuid4())
    return viewer


def code(patient: Patient, number: str, day: date = TODAY, at: datetime = AT) -> UUID:
    """A code arrives for the patient; its entry."""
    entry = uuid.uuid4()
    record(patient, events.CodeArrived(entry=entry, code=number, effective=day, recorded=at), at)
    return entry


def record(patient: Patient, act: events.AnyAct, at: datetime = AT) -> None:
    """Something happens to the patient's access."""
    access.record(patient_id=patient.patient_id, act=act, by=BY, at=at, behind=uuid.uuid4())
