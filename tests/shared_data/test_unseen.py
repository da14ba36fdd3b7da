"""Files like the real ones with something wrong: nothing stops, nothing else is lost, nothing hidden comes to light."""

import json
import random
from datetime import date
from pathlib import Path

import pytest

from openrecord.clinical.incoming import IncomingEntry, Label, Problem
from openrecord.clinical.r4.classify import NOT_ENTRIES
from openrecord.clinical.reading import Format, Reading, Unreadable, read
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.types import Tally
from openrecord.kit import clock
from openrecord.registry import actions as registry
from openrecord.registry.types import OdsCode, Policy, Practice
from tests.decision.served_world import BY
from tests.shared_data import mutants
from tests.shared_data.mutants import Json, Mutant
from tests.shared_data.test_ingest import with_valid_patient
from tests.shared_data.visible import visible

SOURCES = mutants.sources()
ODS = OdsCode("Z99776")
MUTANTS = 4
"""Of each source and kind."""

STRUCTURE = {"List", "DiagnosticReport", "Encounter", "QuestionnaireResponse", "Observation"}
"""Types that say what others are part of: what becomes of those may change, what they say may not."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SOURCES, reason="the example records (../shared/data) are absent"),
]
each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name[:40])


def reading_of(document: Json, format: Format | None = None) -> Reading:
    return read(json.dumps(document).encode(), format=format)


def by_position(reading: Reading) -> dict[str, IncomingEntry]:
    return {entry.position: entry for message in reading.messages for entry in message.entries}


def problems(reading: Reading) -> list[Problem]:
    return [*reading.problems, *(problem for message in reading.messages for problem in message.problems)]


@each_source
def test_one_spoiled_resource_costs_nothing_else(path: Path) -> None:
    for number in range(MUTANTS):
        seed = random.Random(f"{path.name} {number}")
        document = mutants.smaller(mutants.bundle(path), seed)
        before = reading_of(document)
        made = mutants.spoiled(document, seed)
        after = reading_of(made.document, before.format)
        if made.before["resourceType"] not in ("List", "Parameters"):
            assert after.resources == before.resources
        if made.before["resourceType"] != "Patient":
            check_the_rest(made, before, after)


def check_the_rest(made: Mutant, before: Reading, after: Reading) -> None:
    """Every other entry is still one and says the same; those that know the spoiled one may stand otherwise."""
    left = by_position(after)
    kind, entries = made.before["resourceType"], made.document["entry"]
    for position, entry in by_position(before).items():
        number = int(position.partition("[")[2].partition("]")[0])
        if number == made.number:
            continue
        medicine = mutants.medicine_of(entries[number]["resource"])
        if kind == "Medication" and medicine == f"Medication/{made.before.get('id')}":
            continue
        other = left[position]
        assert (other.clinical, other.code) == (entry.clinical, entry.code)
        if kind not in NOT_ENTRIES and kind not in STRUCTURE:
            assert (other.kind, other.full, other.coded) == (entry.kind, entry.full, entry.coded)
            assert other.label in (entry.label, Label.UNKNOWN)


@each_source
def test_what_is_hidden_stays_so_whatever_is_malformed(path: Path) -> None:
    for number in range(MUTANTS):
        seed = random.Random(f"{path.name} hidden {number}")
        hiding = mutants.restricted(mutants.smaller(mutants.bundle(path), seed), seed)
        if hiding is None:
            return
        before = reading_of(hiding.document)
        shown = visible(before)
        is_label = "security" in hiding.document["entry"][hiding.number]["resource"].get("meta", {})
        for place in (hiding.number, hiding.number, hiding.number, seed.randrange(len(hiding.document["entry"]))):
            made = mutants.malformed(hiding.document, place, seed)
            found = visible(reading_of(made.document, before.format)) - shown
            # a draft that is not taken is as good as not sent: the text of its group does not wait for it
            assert not {what for what in found if is_label or what[1] == "coded"}


@each_source
def test_spoiled_bytes_are_read_or_refused(path: Path) -> None:
    seed = random.Random(path.name)
    text = json.dumps(mutants.smaller(mutants.bundle(path), seed), indent=seed.choice((None, 1))).encode()
    for _ in range(MUTANTS):
        try:
            reading = read(mutants.spoiled_bytes(text, seed))
        except Unreadable:
            continue
        assert all(problem.where and problem.detail for problem in problems(reading))


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("path", SOURCES[::4], ids=lambda path: path.name[:40])
def test_spoiled_files_twice_through_the_front_door(path: Path) -> None:
    practice = Practice(ODS, "Unseen", policy=Policy())
    registry.add_practice(practice=practice, valid_from=date(2020, 1, 1), by=BY, at=clock.now())
    seed = random.Random(f"{path.name} stored")
    document = json.loads(with_valid_patient(json.dumps(mutants.smaller(mutants.bundle(path), seed)).encode())[0])
    for _ in range(2):
        data = json.dumps(mutants.spoiled(document, seed).document).encode()
        first, second = (once(data, path) for _ in range(2))
        assert first.is_exact
        assert second.is_exact
        assert first.resources == second.resources
        assert (second.accepted, second.quarantined) == (0, first.quarantined)


def once(data: bytes, path: Path) -> Tally:
    return deliver(data=data, name=path.name, format=None, terms=Terms(register=ODS), by=BY, at=clock.now())
