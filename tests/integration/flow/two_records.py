"""Two records of one person, really and as a naive account sees them: all that happened to each, with its moment."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openrecord.access import actions as access
from openrecord.access import events as access_events
from openrecord.access import queries as access_queries
from openrecord.audit.types import Actor, ActorKind
from openrecord.clinical.kinds import SLOT_KINDS
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord.registry import actions as registry_actions
from openrecord.registry import queries as registry
from openrecord.registry.types import MergeReason, OdsCode, PartReason, Patient, PatientId, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.timeline import lying
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from tests.integration.pages.town import Town, new_town, unknown_number

AT = datetime(2025, 3, 3, 9, tzinfo=UTC)
STAFF = Actor(ActorKind.STAFF, "f1", "ig_lead", "registry", "Y90101")
SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"


def send(number: NhsNumber, ods: OdsCode, name: str, day: date, at: datetime, **more: Any) -> Tally:
    """One entry of that name and day comes for this number."""
    patient = {
        "resourceType": "Patient", "id": "p", "identifier": [{"system": SYSTEM, "value": number}],
        "name": [{"family": "Quill", "given": ["Ann"]}], "birthDate": "1980-05-10",
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "id": name, "subject": {"reference": "Patient/p"},
        "clinicalStatus": {"coding": [{"code": "active"}]}, "code": {"text": f"Made-up {name}"},
        "recordedDate": day.isoformat(), "onsetDateTime": day.isoformat(), **more,
    }  # fmt: skip
    told = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, condition)]}
    data = json.dumps(told).encode()
    return deliver(data=data, name="sent.json", format=None, terms=Terms(register=ods), by=STAFF, at=at)


def known(number: NhsNumber) -> Patient:
    found = registry.patient_by_nhs_number(number)
    assert found is not None
    return found


def served(patient_id: PatientId, viewer: uuid.UUID, at: datetime) -> dict[str, dict[str, Any]]:
    """What the viewer reads, by what it says."""
    found = timeline.page(Reader(patient_id, viewer, None, "web"), slots=list(SLOT_KINDS), limit=500, at=at).entries
    bodies = [json.loads(entry.body) for entry in found]
    return {body["code"]["text"].removeprefix("Made-up "): body for body in bodies}


@dataclass
class Side:
    """One of the two as the naive account sees it: all that happened to it, each with its moment."""

    number: NhsNumber
    account: uuid.UUID
    entries: dict[str, date] = field(default_factory=dict)
    paused: list[tuple[int, bool]] = field(default_factory=list)


@dataclass
class World:
    """Both records, really and naively."""

    town: Town
    sides: tuple[Side, Side]
    acts: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    merged: int | None = None
    moment: int = 0

    @property
    def at(self) -> datetime:
        return AT + timedelta(minutes=self.moment)

    # What is done

    def arrive(self, side: int, name: str, day: int) -> None:
        one = self.sides[side]
        if name not in one.entries:
            one.entries[name] = date(2025, 2, 1) + timedelta(days=day)
        send(one.number, self.town.ods, f"{'ab'[side]}-{name}", one.entries[name], self.at)

    def decide(self, side: int, name: str, what: str) -> None:
        label = f"{'ab'[side]}-{name}"
        if name not in self.sides[side].entries:
            return
        home, entry = self._entry(label)
        told: dict[str, Any] = {"patient_id": home, "entry_id": entry, "by": STAFF, "at": self.at}
        if what == "hide":
            acts.hide(**told, reason=HideReason.THIRD_PARTY, responsible=None)
        elif what == "undo":
            if not any(act != "undo" for _, act in self._standing(label)):
                return
            acts.undo(**told, seen=screening.stamp(home, entry))
        elif what == "hold":
            acts.hold(**told, until=None)
        elif what == "unhide":
            acts.unhide(**told)
        else:
            acts.release(**told)
        self.acts.setdefault(label, []).append((self.moment, what))

    def pause(self, side: int, *, is_paused: bool) -> None:
        side = 0 if self.merged is not None else side
        act = access_events.Paused() if is_paused else access_events.Resumed()
        access.record(patient_id=known(self.sides[side].number).patient_id, act=act, by=STAFF, at=self.at)
        self.sides[side].paused.append((self.moment, is_paused))

    def merge(self) -> None:
        if self.merged is None:
            one, two = (known(side.number).patient_id for side in self.sides)
            reason = MergeReason.REGISTERED_TWICE
            registry_actions.merge(survivor=one, other=two, reason=reason, by=STAFF, at=self.at)
            self.merged = self.moment

    def part(self) -> None:
        if self.merged is not None:
            other = known(self.sides[1].number).patient_id
            registry_actions.part(other=other, reason=PartReason.MISTAKE, by=STAFF, at=self.at)
            since = [value for moment, value in self.sides[0].paused if moment >= self.merged]
            if since and since[-1]:
                self.sides[1].paused.append((self.moment, True))
            self.merged = None

    def _entry(self, label: str) -> tuple[PatientId, EntryId]:
        for side in self.sides:
            patient_id = known(side.number).patient_id
            for entry_id in screening.states(patient_id):
                body = self._body(patient_id, entry_id)
                if body["code"]["text"] == f"Made-up {label}":
                    return patient_id, entry_id
        raise AssertionError(label)

    @staticmethod
    def _body(patient_id: PatientId, entry_id: EntryId) -> dict[str, Any]:
        placed = lying.bodies(patient_id, [entry_id]).get(entry_id)
        body: dict[str, Any] = json.loads(placed or screening.vault_bodies(patient_id, [entry_id])[entry_id])
        return body

    # What must be so

    def _standing(self, label: str) -> list[tuple[int, str]]:
        """The acts that were not taken back; each "undo" takes back the newest that stands."""
        standing: list[tuple[int, str]] = []
        for moment, what in self.acts.get(label, []):
            if what == "undo":
                standing.pop()
            else:
                standing.append((moment, what))
        return standing

    def _kept_back(self, label: str) -> bool:
        hidden = held = False
        for _, what in self._standing(label):
            hidden = {"hide": True, "unhide": False}.get(what, hidden)
            held = {"hold": True, "release": False}.get(what, held)
        return hidden or held

    def _labels(self, side: int) -> dict[str, date]:
        return {f"{'ab'[side]}-{name}": day for name, day in self.sides[side].entries.items()}

    def _is_doubted(self, label: str, day: date, others: dict[str, date]) -> bool:
        """Kept back in the other record on the same day, and nobody has answered since they are one."""
        assert self.merged is not None
        answered = any(moment >= self.merged for moment, _ in self._standing(label))
        return not answered and any(other == day and self._kept_back(name) for name, other in others.items())

    def _is_paused(self, side: int, since: int = 0) -> bool:
        told = [value for moment, value in self.sides[side].paused if moment >= since]
        return bool(told) and told[-1]

    def expected(self) -> tuple[set[str], set[str]]:
        if self.merged is None:
            alone = [
                set() if self._is_paused(side) else {one for one in self._labels(side) if not self._kept_back(one)}
                for side in (0, 1)
            ]
            return alone[0], alone[1]
        since = [value for moment, value in self.sides[0].paused if moment >= self.merged]
        other_paused = since[-1] if since else self._is_paused(1)
        if self._is_paused(0) or other_paused:
            return set(), set()
        first, second = self._labels(0), self._labels(1)
        shown = {one for one, day in first.items() if not self._is_doubted(one, day, second)}
        shown |= {one for one, day in second.items() if not self._is_doubted(one, day, first)}
        return {one for one in shown if not self._kept_back(one)}, set()

    def check(self) -> None:
        for side, expected in zip(self.sides, self.expected(), strict=True):
            patient = known(side.number)
            found = served(patient.patient_id, side.account, self.at)
            assert set(found) == expected
            assert all(body["subject"]["reference"] == f"Patient/{patient.public_id}" for body in found.values())
            verdicts = screening.verdicts(patient.patient_id, side.account, at=self.at).values()
            assert sum(verdict.visible for verdict in verdicts) == len(expected)
            assert screening.missing_from_worklist(patient.patient_id, at=self.at) == 0
        many = access_queries.facts_of([known(side.number).patient_id for side in self.sides], at=self.at)
        for patient_id, facts in many.items():
            alone = access_queries.facts(patient_id, at=self.at)
            assert (facts.viewers, facts.paused, facts.closures) == (alone.viewers, alone.paused, alone.closures)


def new_world() -> World:
    """A practice and two numbers, each with an entry and an account."""
    town = new_town(Policy(go_live=date(2020, 1, 1), back_record_days=100_000))
    sides = []
    for letter in "ab":
        number, account = unknown_number(), uuid.uuid4()
        send(number, town.ods, f"{letter}-first", date(2025, 1, 1), AT - timedelta(days=1))
        act = access_events.AccountOpened(viewer=account)
        access.record(patient_id=known(number).patient_id, act=act, by=STAFF, at=AT, behind=uuid.uuid4())
        sides.append(Side(number, account, {"first": date(2025, 1, 1)}))
    return World(town, (sides[0], sides[1]))


def hidden_in_one(folder: Path, patch: pytest.MonkeyPatch) -> World:
    """Two records of the same day; what one hides, the other has. The clock is the world's."""
    patch.setenv("OPENRECORD_JOURNAL", str(folder / "acts.journal"))
    made = new_world()
    made.arrive(0, "one", 0)
    made.arrive(1, "one", 0)
    made.decide(1, "one", "hide")
    made.moment = 1
    patch.setattr(clock, "now", lambda: made.at)
    return made
