"""What happened to access in the synthetic England, done again through the same doors that people use.

Each deed of the manifest has one function here; its time is the manifest's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import invitations
from openrecord.access import queries as access_queries
from openrecord.access.invitations import Invited
from openrecord.access.types import Method
from openrecord.audit.types import Actor, ActorKind, system
from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.gateways.openid.client import Authenticated
from openrecord.identity import actions as identity
from openrecord.identity import queries as identity_queries
from openrecord.identity.types import Person
from openrecord.ingest import queries as ingest
from openrecord.kit.ids import random_id
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord_demo.idp.types import Group, Persona
from openrecord_demo.people import identity as proved

Json = dict[str, Any]
Happening = tuple[datetime, Callable[[], None]]
"""When something happens, and how."""

PROOF = "P9.Cp.Cd"
DAY_BEGINS = time(9, tzinfo=UTC)
REFERENCE_TYPES = (
    "Encounter", "Observation", "DiagnosticReport", "Specimen", "Condition", "AllergyIntolerance", "Immunization",
    "MedicationRequest", "MedicationStatement", "ServiceRequest", "DocumentReference",
)  # fmt: skip


class UnknownDeed(ValueError):
    """The manifest tells of something that this file does not know."""


@dataclass(slots=True)
class Town:
    """The manifest, as far as deeds need it. `issuer`: the sign-in service that vouches for people."""

    issuer: str
    people: Mapping[str, Json]
    proxies: dict[tuple[str, str], UUID] = field(default_factory=dict)

    def patient(self, number: str) -> Patient:
        """The registry's patient."""
        found = registry.patient_by_nhs_number(NhsNumber(number))
        if found is None:
            raise registry.UnknownPatient
        return found

    def ods(self, number: str) -> OdsCode:
        """Where the patient is registered now."""
        return OdsCode(self.people[number]["registrations"][-1]["practice"])

    def entries(self, deed: Json) -> list[EntryId]:
        """The entries a deed is about, which it names as their source does."""
        patient = self.patient(deed["patient"])
        found = []
        for record in self.people[deed["patient"]]["registrations"]:
            named = {f"{kind}/{entry}" for entry in deed["entries"] for kind in REFERENCE_TYPES}
            known = ingest.entries_by_reference(OdsCode(record["practice"]), patient.patient_id, named)
            found += [EntryId(entry) for entry in known.values()]
        if len(found) != len(deed["entries"]):
            raise UnknownDeed(f"{deed['do']}: {len(found)} of {len(deed['entries'])} entries are known")
        return found

    def staff(self, deed: Json) -> Actor:
        """The member of staff who does it."""
        name = deed.get("by", "practice")
        ods = self.ods(deed["patient"])
        return Actor(ActorKind.STAFF, f"demo:{name}", "clinician", "staff:screening", organisation=ods)


def do(town: Town, deed: Json) -> None:
    """Do one deed of the manifest. Raises UnknownDeed."""
    step = _DEEDS.get(deed["do"])
    if step is None:
        raise UnknownDeed(deed["do"])
    step(town, deed, datetime.fromisoformat(deed["at"]))


def sign_in_once(town: Town, persona: Persona, at: datetime) -> Person:
    """The person, known here from now on: they sign in, and out again."""
    claims = {name: persona.claims[name] for name in ("nhs_number", "family_name", "birthdate")}
    proof = Authenticated(town.issuer, persona.subject, PROOF, None, at, claims)
    token, session = identity.admit_person(proof=proof, previous_token=None, device="demonstration", at=at)
    identity.sign_out(token=token, at=at)
    if not isinstance(session.who, Person):
        raise TypeError("a person signs in as a person")
    return session.who


def granted_at(proxy: Json) -> datetime:
    """When a proxy was given access."""
    return datetime.combine(date.fromisoformat(proxy["since"]), DAY_BEGINS)


def grant_proxy(town: Town, proxy: Json) -> None:
    """Somebody is given access to a patient's record by the patient's practice."""
    at = granted_at(proxy)
    given, _, family = proxy["name"].rpartition(" ")
    claims = proved(proxy["nhs_number"], family, given, proxy["born"])
    sign_in_once(town, Persona(proxy["persona"], proxy["name"], "", Group.PROXY, claims), at)
    viewer = random_id()
    town.proxies[proxy["patient"], proxy["persona"]] = viewer
    expires = None if proxy["expires"] is None else date.fromisoformat(proxy["expires"])
    act = access_events.ProxyGranted(
        viewer=viewer, basis=proxy["basis"], listed_org=town.ods(proxy["patient"]),
        level=Level[proxy["level"].upper()], expires=expires,
    )  # fmt: skip
    by = town.staff({"patient": proxy["patient"]})
    patient_id = town.patient(proxy["patient"]).patient_id
    invited = Invited(given, family, date.fromisoformat(proxy["born"]), NhsNumber(proxy["nhs_number"]))
    invitations.grant(patient_id=patient_id, act=act, invited=invited, by=by, at=at)


def _open_account(town: Town, deed: Json, at: datetime) -> None:
    patient = town.people[deed["patient"]]
    claims = proved(patient["nhs_number"], patient["family"], patient["given"], patient["born"])
    key = patient["persona"] or f"patient-{patient['nhs_number']}"
    sign_in_once(town, Persona(key, patient["family"], "", Group.PATIENT, claims), at)


def _death(town: Town, deed: Json, at: datetime) -> None:
    patient_id = town.patient(deed["patient"]).patient_id
    registry_actions.record_death(patient_id=patient_id, died=True, by=system("demo"), at=at)


def _flag_address(town: Town, deed: Json, at: datetime) -> None:
    registry_actions.flag_address(patient_id=town.patient(deed["patient"]).patient_id, by=town.staff(deed), at=at)


def _hide(town: Town, deed: Json, at: datetime) -> None:
    patient_id = town.patient(deed["patient"]).patient_id
    for entry_id in town.entries(deed):
        acts.hide(
            patient_id=patient_id, entry_id=entry_id, reason=HideReason(deed["reason"]), responsible=deed["by"],
            by=town.staff(deed), at=at,
        )  # fmt: skip


def _hold(town: Town, deed: Json, at: datetime) -> None:
    until = None if deed["until"] == "contact" else date.fromisoformat(deed["until"])
    patient_id = town.patient(deed["patient"]).patient_id
    for entry_id in town.entries(deed):
        acts.hold(patient_id=patient_id, entry_id=entry_id, until=until, by=town.staff(deed), at=at)


def _release(town: Town, deed: Json, at: datetime) -> None:
    patient_id = town.patient(deed["patient"]).patient_id
    for entry_id in town.entries(deed):
        acts.release(patient_id=patient_id, entry_id=entry_id, by=town.staff(deed), at=at)


def _set_proxy_rule(town: Town, deed: Json, at: datetime) -> None:
    patient_id = town.patient(deed["patient"]).patient_id
    excluded = tuple(town.proxies[deed["patient"], persona] for persona in deed["rule"])
    for entry_id in town.entries(deed):
        acts.set_proxy_rule(
            patient_id=patient_id, entry_id=entry_id, everyone=False, excluded=excluded, by=town.staff(deed), at=at
        )


def _pause(town: Town, deed: Json, at: datetime) -> None:
    person = identity_queries.person_by_nhs_number(NhsNumber(deed["patient"]))
    patient_id = town.patient(deed["patient"]).patient_id
    if person is None or access_queries.viewer_of(patient_id, person.person_id) is None:
        raise UnknownDeed("somebody without an account pauses their access")
    by = Actor(ActorKind.PERSON, str(person.person_id), "person", "own record")
    access.record(patient_id=patient_id, act=access_events.Paused(method=Method.ONLINE), by=by, at=at)


def _competence(town: Town, deed: Json, at: datetime) -> None:
    act = access_events.CompetenceRecorded(level=Level[deed["level"].upper()])
    patient_id = town.patient(deed["patient"]).patient_id
    access.record(patient_id=patient_id, act=act, by=town.staff(deed), at=at)


_DEEDS: Mapping[str, Callable[[Town, Json, datetime], None]] = {
    "open_account": _open_account,
    "death": _death,
    "flag_address": _flag_address,
    "hide": _hide,
    "hold": _hold,
    "release": _release,
    "set_proxy_rule": _set_proxy_rule,
    "pause": _pause,
    "competence": _competence,
}
