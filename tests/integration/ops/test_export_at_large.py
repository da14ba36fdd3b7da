"""Records of the demo, decided about at random and exported: what is placed elsewhere is what is placed here."""

import json
import random
import re
import uuid
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from openrecord.access import events
from openrecord.clinical.kinds import EntryKind, Level
from openrecord.db import sql
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.rules.identity import own_key
from openrecord.registry import actions as registry_actions
from openrecord.registry.types import Patient, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import EntryId, HideReason
from openrecord.timeline import lying
from tests.integration.fhir.world import AT, BY, OPENED, Json, stopped
from tests.integration.ops.conftest import CommandLine
from tests.integration.pages import town as made
from tests.unit.demo.england_files import record_files

VISITS = frozenset({EntryKind.CONSULTATION})
LONGEST = 400_000
"""Bytes of a file that is looked at here."""
R4_TYPES = {"ProcedureRequest": "ServiceRequest", "ReferralRequest": "ServiceRequest"}


@cache
def files(is_gp_connect: bool) -> tuple[Path, ...]:
    """The shorter files of the demo in a format."""
    short = (path for path in record_files() if path.stat().st_size <= LONGEST)
    return tuple(
        path for path in short if (b"GPConnect-StructuredRecord-Bundle-1" in path.read_bytes()) is is_gp_connect
    )


class Place:
    """A practice, and there the person whom a file is about, under a number that nobody has elsewhere."""

    def __init__(self, person: Json) -> None:
        self.town = made.new_town(Policy())
        name = person["name"][0]
        self.patient: Patient = registry_actions.add_patient(
            nhs_number=made.unknown_number(), family=name["family"], given=" ".join(name["given"]),
            born=date.fromisoformat(person["birthDate"]), gender=None, by=BY, at=OPENED,
        )  # fmt: skip
        whose: dict[str, Any] = {"patient_id": self.patient.patient_id, "by": BY, "at": OPENED}
        registry_actions.register(ods=self.town.ods, start=date(2020, 1, 1), **whose)
        self.viewer = made.account(self.patient)

    def receive(self, content: bytes, number: str) -> None:
        """The content, about whoever has this number there, as a first load; then all of it is granted."""
        content = content.replace(number.encode(), self.patient.nhs_number.encode())
        terms = Terms(org=self.town.ods, marks="first_load")
        assert not deliver(data=content, name="record", format=None, terms=terms, by=BY, at=AT).quarantined
        assert not any(state.placed for state in screening.states(self.patient.patient_id).values())
        act = events.HistoryGranted(chunk=uuid.uuid4(), org=self.town.ods, level=Level.FULL, named=(self.viewer,))
        made.record(self.patient, act)

    def decide(self, chance: random.Random, kinds: frozenset[EntryKind], number: int) -> None:
        """So many entries of these kinds are hidden or held."""
        whose: dict[str, Any] = {"patient_id": self.patient.patient_id, "by": BY, "at": AT}
        found = self._in_order(kinds)
        for entry_id in chance.sample(found, min(number, len(found))):
            if chance.random() < 0.6:
                acts.hide(entry_id=entry_id, reason=HideReason.OTHER, responsible=None, **whose)
            else:
                acts.hold(entry_id=entry_id, until=None, **whose)

    def _in_order(self, kinds: frozenset[EntryKind]) -> list[EntryId]:
        """The entries of these kinds in an order that is the same each time: that of their words."""
        patient_id = self.patient.patient_id
        found = [key for key, state in screening.states(patient_id).items() if state.facts.kind in kinds]
        bodies: dict[bytes, bytes] = {**lying.bodies(patient_id, found)}
        bodies.update(screening.vault_bodies(patient_id, found).items())
        return sorted(found, key=lambda key: re.sub(rb'"id":"[^"]*"', b"", bodies[key]))

    def placed(self) -> set[str]:
        """The outside ids of what is placed."""
        return {str(state.public_id) for state in screening.states(self.patient.patient_id).values() if state.placed}

    def placed_of(self, document: Json) -> set[str]:
        """The ids, as the document has them, of what of it is placed."""
        states = screening.states(self.patient.patient_id)
        return {
            each["id"]
            for each in (entry["resource"] for entry in document["entry"])
            if (found := self._entry(each)) is not None and states[found].placed
        }

    def _entry(self, resource: Json) -> EntryId | None:
        kind = R4_TYPES.get(resource["resourceType"], resource["resourceType"])
        key = own_key(self.town.ods, self.patient.patient_id, f"{kind}|id|{resource.get('id')}")
        row = sql.row("SELECT entry_id FROM ingest_source_key WHERE key=%s", [key])
        return None if row is None else EntryId(bytes(row[0]))


@dataclass
class Journey:
    """A record of one practice that goes to others."""

    command: CommandLine
    folder: Path
    form: str
    person: Json
    here: Place

    def placed_elsewhere(self) -> set[str]:
        """What is placed where the record arrives, by its ids here."""
        there, number = Place(self.person), self.here.patient.nhs_number
        file = self.folder / f"{there.town.ods}.json"
        asked = (number, "--practice", self.here.town.ods, "--format", self.form, "-o", str(file))
        assert self.command.run("export", *asked).returncode == 0
        there.receive(file.read_bytes(), number)
        return there.placed_of(json.loads(file.read_bytes()))


@pytest.mark.parametrize("form", ["r4", "stu3"])
@pytest.mark.parametrize("is_gp_connect", [False, True], ids=["from-r4", "from-stu3"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_placed_elsewhere_is_what_is_placed_here(
    command: CommandLine, tmp_path: Path, form: str, is_gp_connect: bool, seed: int
) -> None:
    stopped()
    chance = random.Random(seed)
    content = chance.choice(files(is_gp_connect)).read_bytes()
    resources = [entry["resource"] for entry in json.loads(content)["entry"]]
    person = next(each for each in resources if each["resourceType"] == "Patient")
    here = Place(person)
    here.receive(content, person["identifier"][0]["value"])
    everything = here.placed()
    journey = Journey(command, tmp_path, form, person, here)
    here.decide(chance, frozenset(EntryKind) - VISITS, 5)
    placed = here.placed()
    assert placed <= everything
    assert journey.placed_elsewhere() == placed
    # a medicine of a hidden consultation is labelled itself, and a label counts for all parts of a medicine
    here.decide(chance, VISITS, 2)
    assert here.placed() <= placed
    assert journey.placed_elsewhere() <= here.placed()
