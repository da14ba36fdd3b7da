"""One made-up record on the real database, a reader of it, and the questions an app asks over a socket."""

import http.client
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from openrecord.access import actions as access
from openrecord.access import events
from openrecord.audit.sources import READ
from openrecord.audit.types import system
from openrecord.clinical.kinds import Level
from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient, Policy, Practice
from openrecord.screening import queries as screening
from openrecord.screening.types import EntryId

Json = dict[str, Any]
BY = system("test")
ORG = OdsCode("Y90777")
AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
"""When everything here is asked."""
OPENED = datetime(2024, 1, 2, 9, 0, tzinfo=UTC)
EVERYTHING = ("patient/*.rs",)
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came over the socket; headers in order, without those of the test's own server."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name.lower())

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found

    @property
    def resources(self) -> list[Json]:
        return [entry["resource"] for entry in self.json.get("entry", [])]

    @property
    def ids(self) -> list[str]:
        return [resource["id"] for resource in self.resources]

    def link(self, relation: str) -> str | None:
        return next((link["url"] for link in self.json["link"] if link["relation"] == relation), None)


@dataclass
class App:
    """Asks with one token. `origin` is where the server listens."""

    origin: str
    token: str | None

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """`path` as it stands behind /fhir/; header names with underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=30)
        try:
            connection.request(method, f"/fhir/{path}", body, sent)
            response = connection.getresponse()
            told = [(name.lower(), value) for name, value in response.getheaders()]
            kept = tuple(pair for pair in told if pair[0] not in {"date", "server"})
            return Reply(response.status, kept, response.read())
        finally:
            connection.close()

    def search(self, fhir_type: str, **parameters: object) -> Reply:
        """A search; parameter names as they are."""
        return self.ask(f"{fhir_type}?{urlencode(parameters)}")

    def follow(self, address: str) -> Reply:
        """Ask for what a link names."""
        parts = urlsplit(address)
        return self.ask(f"{parts.path.removeprefix('/fhir/')}?{parts.query}")


def unknown_number() -> NhsNumber:
    """A number that nobody has."""
    candidates = (f"999{uuid.uuid4().int % 10**7:07d}" for _ in range(10_000))
    return next(
        NhsNumber(c) for c in candidates if is_valid(c) and registry.patient_by_nhs_number(NhsNumber(c)) is None
    )


@dataclass
class Record:
    """A patient with an account, and an app that the patient lets in."""

    patient: Patient
    viewer: UUID = field(default_factory=uuid.uuid4)
    app: UUID = field(default_factory=uuid.uuid4)

    def deliver(self, *resources: Json, at: datetime = AT, org: OdsCode = ORG) -> None:
        """A practice sends these resources."""
        person = {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": self.patient.nhs_number}],
            "name": [{"family": self.patient.family, "given": [self.patient.given]}],
            "birthDate": str(self.patient.born),
        }
        entries = [{"resource": resource} for resource in (person, *resources)]
        data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
        tally = deliver(data=data, name="file", format=None, terms=Terms(org=org), by=BY, at=at)
        assert not tally.quarantined

    def let_in(self, app: UUID, scopes: tuple[str, ...] = EVERYTHING) -> None:
        """The patient lets another app read; tokens are that app's from now on."""
        self.app = app
        act = events.AppAuthorised(viewer=app, acts_for=self.viewer, scopes=scopes)
        access.record(patient_id=self.patient.patient_id, act=act, by=BY, at=OPENED, behind=uuid.uuid4())

    def grant_history(self) -> None:
        """The practice opens all that it has reviewed of the past."""
        act = events.HistoryGranted(chunk=uuid.uuid4(), org=ORG, level=Level.FULL, named=(self.viewer,))
        access.record(patient_id=self.patient.patient_id, act=act, by=BY, at=AT)

    def lower(self, level: Level) -> None:
        """The practice lowers what the patient sees; below FULL that is codes without words."""
        access.record(patient_id=self.patient.patient_id, act=events.Lowered(level=int(level)), by=BY, at=AT)

    def token(self, *scopes: str, expires: datetime = AT + timedelta(hours=1), at: datetime = AT) -> str:
        """A token of the app."""
        return access.issue_token(
            patient_id=self.patient.patient_id,
            viewer_id=self.viewer,
            client_id=self.app,
            scopes=scopes or EVERYTHING,
            expires=expires,
            by=BY,
            at=at,
        )

    def entry(self, public_id: str) -> EntryId:
        """The inside id of a served resource."""
        states = screening.states(self.patient.patient_id)
        return next(key for key, state in states.items() if str(state.public_id) == public_id)

    def trail(self) -> list[tuple[str, str, str, bytes]]:
        """Every read of the record: route, query, refusal, ids served."""
        sql = "SELECT route, query, refused, served FROM audit_read WHERE patient_id = %s ORDER BY writer, sequence"
        found = READ.fetch(sql, (self.patient.patient_id,))
        return [(route, query, refused, bytes(served)) for route, query, refused, served in found]


def made_record(family: str = "Example", given: str = "Test", born: date = date(1980, 5, 10)) -> Record:
    """A new patient of the made-up surgery, with an account and an app."""
    if registry.practice(ORG) is None:
        practice = Practice(ORG, "Made-up Surgery", policy=Policy())
        registry_actions.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=OPENED)
    patient = registry_actions.add_patient(
        nhs_number=unknown_number(),
        family=family,
        given=given,
        born=born,
        gender="female",
        by=BY,
        at=OPENED,
    )
    registry_actions.register(patient_id=patient.patient_id, ods=ORG, start=date(2020, 1, 1), by=BY, at=OPENED)
    record = Record(patient)
    opened = events.AccountOpened(viewer=record.viewer)
    access.record(patient_id=patient.patient_id, act=opened, by=BY, at=OPENED, behind=uuid.uuid4())
    record.let_in(record.app)
    return record


def observation(key: str, day: str = "2025-02-01", category: str = "vital-signs", **elements: Any) -> Json:
    """A measurement of a day, recorded on the same day."""
    return {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "27113001", "display": "Body weight"}]},
        "effectiveDateTime": day,
        "issued": f"{day[:10]}T12:00:00Z" if len(day) >= 10 else "2025-02-20T12:00:00Z",
        "valueQuantity": {"value": 70, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        **elements,
    }


def stopped() -> None:
    """Time stands still at AT."""
    clock.use(lambda: AT)
