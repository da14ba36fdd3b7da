"""A case played against the real stations and their database: acts through the actions, nothing faked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical.incoming import (
    ControlCode,
    IncomingEntry,
    IncomingMessage,
    IncomingPatient,
    LabKey,
    OwnContent,
    VersionStatus,
)
from openrecord.clinical.kinds import KIND_RULES, EntryKind, slot_of
from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.db import sql
from openrecord.ingest.actions import accept as accepting
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.rules import identity
from openrecord.kit import clock
from openrecord.kit.london import midnight
from openrecord.registry import actions as registry
from openrecord.registry import queries as registry_queries
from openrecord.registry.types import OdsCode, Patient, PatientId, Practice
from openrecord.screening.types import EntryId
from tests.decision import cases
from tests.decision.cases import instant
from tests.decision.pure_world import label_of

BY = Actor(ActorKind.STAFF, "test", "screener", "test")
_numbers = count(10000000)


def nhs_numbers() -> Iterator[NhsNumber]:
    """Valid numbers of the test range, one after the other."""
    for number in _numbers:
        for check in "0123456789":
            text = f"9{number}{check}"
            if is_valid(text):
                yield NhsNumber(text)


NUMBERS = nhs_numbers()


@dataclass
class Sent:
    """What was last sent of an entry, to make its next version from; `order`, `status`: of its newest version."""

    step: dict[str, Any]
    patient: str
    arrived: datetime
    filed: bool | None
    text: bool
    label: str | None
    order: int
    status: str


@dataclass
class ServedWorld:
    """One case in the database. Names of practices are made unique, so that cases do not meet."""

    case: dict[str, Any]
    tag: str = field(default_factory=lambda: uuid4().hex[:6])
    texts: dict[tuple[str, int], bool] = field(default_factory=dict)
    """Whether each version that was sent has words of its own."""

    people: dict[str, Patient] = field(default_factory=dict)
    viewers: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[str, Sent] = field(default_factory=dict)
    chunks: dict[str, UUID] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        beginning = instant("2010-01-01")
        for org, changes in self.case.get("practices", {"A": {}}).items():
            practice = Practice(self.ods(org), org, policy=cases.policy(changes))
            registry.add_practice(practice=practice, valid_from=beginning.date(), by=BY, at=beginning)
        for name, body in {"P": self.case.get("patient", {}), **self.case.get("others", {})}.items():
            self.people[name] = self._person(name, body, beginning)
        self.viewers = {"pat": {"kind": "self", "account": "2023-01-01"}, **self.case.get("viewers", {})}
        starts = []
        for name, viewer in self.viewers.items():
            self.ids[name] = uuid4()
            start = viewer.get("account") if viewer["kind"] == "self" else viewer.get("from", "2023-11-01")
            if start is not None:
                starts.append((instant(start), name))
        for at, name in sorted(starts):
            self.grant(name, at)

    def ods(self, org: str) -> OdsCode:
        return OdsCode(f"{self.tag}{org}")

    def _person(self, name: str, body: dict[str, Any], at: datetime) -> Patient:
        patient = registry.add_patient(
            nhs_number=next(NUMBERS), family=f"Case{name}", given="A", born=cases.born(body), gender=None, by=BY, at=at
        )
        for stay in cases.registrations(body):
            registry.register(
                patient_id=patient.patient_id, ods=self.ods(stay.ods), start=stay.start, end=stay.end, by=BY, at=at
            )
        if body.get("address_flagged"):
            registry.flag_address(patient_id=patient.patient_id, by=BY, at=at)
        return patient

    # Viewers

    def owner(self, viewer: str) -> str:
        body = self.viewers[viewer]
        return self.owner(body["for"]) if body["kind"] == "app" else body.get("of", "P")

    def patient_id(self, viewer: str) -> PatientId:
        return self.people[self.owner(viewer)].patient_id

    def grant(self, name: str, at: datetime) -> None:
        viewer = self.viewers[name]
        act: access_events.AnyAct
        if viewer["kind"] == "self":
            act = access_events.AccountOpened(viewer=self.ids[name])
        elif viewer["kind"] == "proxy":
            act = access_events.ProxyGranted(
                viewer=self.ids[name],
                basis=viewer["basis"],
                listed_org=self.ods(viewer.get("listed_org", "A")),
                level=int(cases.level(viewer.get("level", "full"))),
                sections=cases.sections(viewer.get("sections")),
                expires=cases.day(viewer.get("expires")),
            )
        else:
            act = access_events.AppAuthorised(
                viewer=self.ids[name], acts_for=self.ids[viewer["for"]], scopes=tuple(viewer["scopes"])
            )
        self.access(name, act, at)

    def access(self, viewer: str, act: access_events.AnyAct, at: datetime) -> None:
        access.record(patient_id=self.patient_id(viewer), act=act, by=BY, at=at, behind=self.ids.get(viewer))

    # Entries

    def entry(self, name: str) -> tuple[PatientId, EntryId, UUID]:
        """(patient, inside id, outside id) of an entry of the case."""
        sent = self.sent[name]
        patient_id = self.people[sent.patient].patient_id
        org = self.ods(sent.step.get("org", "A"))
        keys = [identity.own_key(org, patient_id, self.identity(name)), identity.shared_key(org, self.identity(name))]
        row = sql.row(
            "SELECT entry_id, public_id FROM ingest_source_key WHERE patient_id=%s AND key IN (%s, %s)",
            [patient_id, *keys],
        )
        assert row is not None, name
        return patient_id, EntryId(bytes(row[0])), UUID(bytes=bytes(row[1]))

    def identity(self, name: str) -> str:
        step = self.sent[name].step
        return f"X|urn:case|{step['source_key']}" if "source_key" in step else f"X|id|{name}"

    def send(self, name: str, at: datetime, *, version: dict[str, Any] | None = None, marks: str = "") -> None:
        """Deliver an entry (or a version of it) through ingest."""
        sent = self.sent[name]
        patient = self.people[sent.patient]
        org = self.ods(sent.step.get("org", "A"))
        born = None if patient.born is None else str(patient.born)
        message = IncomingMessage(
            "case",
            IncomingPatient(patient.nhs_number, patient.family, "A", born),
            (self._incoming(name, version or {}),),
        )
        terms = Terms(org=org, sender=sent.step.get("source"), marks=marks)
        mapper = 0 if sent.step.get("mapper") == "unsafe" else accepting.MAPPER_VERSION
        with (
            mock.patch.object(accepting, "MAPPER_VERSION", mapper),
            mock.patch.object(accepting.matching, "check_same_person", return_value=None),
        ):
            tally = accepting.accept(message=message, source=uuid4().bytes, terms=terms, by=BY, at=at)
        assert tally.is_exact

    def _incoming(self, name: str, version: dict[str, Any]) -> IncomingEntry:
        sent = self.sent[name]
        step, at = sent.step, sent.arrived
        kind = cases.kind(step["kind"])
        fhir_type = KIND_RULES[kind].fhir_type or "Basic"
        order = version.get("v", step.get("v", 1))
        self.texts[name, order] = sent.text
        coded: dict[str, Any] = {
            "resourceType": fhir_type,
            "status": "final",
            "code": {"text": f"CODED-{name}-v{order}"},
        }
        full = {**coded, "note": [{"text": f"TEXT-{name}"}]}
        category = step.get("category", "vital-signs" if kind is EntryKind.OBSERVATION else None)
        control = None
        if kind is EntryKind.CODE:
            effective = midnight(date.fromisoformat(step["effective"])) if "effective" in step else at
            control = ControlCode(step["code"], effective, cases.recorded(step, at))
        return IncomingEntry(
            self.identity(name),
            (f"ref:{name}",),
            kind,
            slot_of(kind, category),
            json.dumps(full if sent.text else coded).encode(),
            json.dumps(coded).encode() if sent.text else None,
            containers=(f"ref:{step['in']}",) if "in" in step else (),
            links=tuple(_link(target) for target in step.get("links", [])),
            recorded=cases.recorded(step, at),
            clinical=cases.clinical(step, at),
            filed=sent.filed,
            status=VersionStatus(version.get("status", step.get("status", "final"))),
            label=label_of(sent.label),
            own=OwnContent(step.get("own", "coded")),
            unit=step.get("unit"),
            lab_key=LabKey(**step["lab_key"]) if step.get("lab_key") else None,
            replaces=f"ref:{step['replaces']}" if step.get("replaces") else None,
            control=control,
            version_id=order,
        )

    def viewer_sight_id(self, viewer: str) -> tuple[UUID, UUID | None]:
        """(viewer, client) as a reader names them."""
        body = self.viewers[viewer]
        return (self.ids[body["for"]], self.ids[viewer]) if body["kind"] == "app" else (self.ids[viewer], None)

    def refresh(self, name: str) -> None:
        self.people[name] = registry_queries.patient(self.people[name].patient_id)

    def closures(self) -> int:
        return len(access_queries.closures())


def _link(target: str) -> Any:
    from openrecord.clinical.incoming import IncomingLink, LinkKind

    return IncomingLink(LinkKind.RELATES_TO, f"ref:{target}")


def at_time(at: datetime) -> None:
    """Everything from now on happens at this instant."""
    clock.use(lambda: at)
