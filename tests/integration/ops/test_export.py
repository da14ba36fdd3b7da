"""`openrecord export`: what was kept from the patient here is kept from them elsewhere, and everything else arrives."""

import json
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from openrecord.access import events
from openrecord.clinical.incoming import Label
from openrecord.clinical.kinds import Level
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver
from openrecord.registry.types import Patient, Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts as actions
from openrecord.screening.types import EntryId, EntryState, HideReason
from openrecord.timeline import lying
from tests.integration.fhir.world import AT, BY, ORG, Json, Record, made_record, observation, stopped
from tests.integration.ops.conftest import CommandLine
from tests.integration.pages import town as made

FORMATS = ("r4", "stu3")
NOPAT = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}]}
SUBJECT = {"subject": {"reference": "Patient/p"}}


def _named(key: str, **elements: Any) -> Json:
    """A measurement that says its key."""
    return observation(key, note=[{"text": f"key:{key}"}], **elements)


def _medicine(kind: str, key: str, code: str, **elements: Any) -> Json:
    day = "2025-02-01"
    is_taken = kind == "MedicationStatement"
    dated: Json = {"dateAsserted": day, "effectivePeriod": {"start": day}} if is_taken else {"authoredOn": day}
    concept = {"coding": [{"system": "http://snomed.info/sct", "code": code, "display": "Made-up medicine"}]}
    return {
        "resourceType": kind, "id": key, "status": "active", **SUBJECT, "medicationCodeableConcept": concept,
        "note": [{"text": f"key:{key}"}], **dated, **elements,
    }  # fmt: skip


def _plan(key: str, code: str, **elements: Any) -> Json:
    return _medicine("MedicationRequest", key, code, intent="plan", **elements)


def _report(key: str, *members: str) -> Json:
    return {
        "resourceType": "DiagnosticReport", "id": key, "status": "final", **SUBJECT, "issued": "2025-02-01T12:00:00Z",
        "code": {"text": "Tests"}, "conclusion": f"key:{key}",
        "result": [{"reference": f"Observation/{member}"} for member in members],
    }  # fmt: skip


def _test(key: str) -> Json:
    return _named(key, category="laboratory")


def _visit(key: str) -> Json:
    return {
        "resourceType": "Encounter", "id": key, "status": "finished", **SUBJECT, "class": {"code": "AMB"},
        "period": {"start": "2025-02-01"}, "type": [{"text": f"key:{key}"}],
    }  # fmt: skip


def _at_visit(key: str, visit: str) -> Json:
    return _named(key, encounter={"reference": f"Encounter/{visit}"})


RESOURCES = (
    _named("free"), _named("hidden"), _named("held"), _named("waiting"), _named("labelled", meta=NOPAT),
    _report("panel", "panel-one", "panel-two"), _test("panel-one"), _test("panel-two"),
    _report("results", "results-one"), _test("results-one"),
    _medicine("MedicationStatement", "taken", "1", basedOn=[{"reference": "MedicationRequest/planned"}]),
    _plan("planned", "1"), _medicine("MedicationRequest", "issued", "1", intent="order"),
    _medicine("MedicationStatement", "other-taken", "2"), _plan("other-planned", "2"),
    _visit("visit"), _at_visit("visit-one", "visit"),
    _visit("secret-visit"), _at_visit("secret-one", "secret-visit"),
    _named("proxies"),
)  # fmt: skip
KEPT_BACK = {
    "hidden", "held", "waiting", "labelled", "panel", "panel-one", "panel-two", "taken", "planned", "issued",
    "secret-visit", "secret-one",
}  # fmt: skip
EVERYTHING = {resource["id"] for resource in RESOURCES}


def _states(patient: Patient, ods: str) -> dict[str, EntryState]:
    """A practice's entries of a patient by the key in their words."""
    states = screening.states(patient.patient_id)
    bodies: dict[bytes, bytes] = lying.bodies(patient.patient_id, states)
    bodies.update(screening.vault_bodies(patient.patient_id, states).items())
    found = {
        entry: re.search(rb"key:([a-z-]+)", bodies[entry]) for entry, each in states.items() if each.facts.org == ods
    }
    return {match[1].decode(): states[EntryId(entry)] for entry, match in found.items() if match}


@dataclass
class Sender:
    """A record with everything that may be kept back, decided about."""

    record: Record
    states: dict[str, EntryState] = field(default_factory=dict)

    def entry(self, key: str) -> EntryId:
        return self.states[key].facts.entry_id


@pytest.fixture
def sender(command: CommandLine) -> Sender:  # noqa: ARG001  the database, open
    stopped()
    record = made_record(family="Traveller")
    record.deliver(*RESOURCES)
    made_up = Sender(record, _states(record.patient, ORG))
    whose: dict[str, Any] = {"patient_id": record.patient.patient_id, "by": BY, "at": AT}
    for key in ("hidden", "panel", "planned", "secret-visit"):
        actions.hide(entry_id=made_up.entry(key), reason=HideReason.THIRD_PARTY, responsible=None, **whose)
    actions.hold(entry_id=made_up.entry("held"), until=AT.date().replace(year=2030), **whose)
    actions.hold(entry_id=made_up.entry("waiting"), until=None, **whose)
    actions.note_contact(entry_id=made_up.entry("waiting"), **whose)
    actions.set_proxy_rule(entry_id=made_up.entry("proxies"), everyone=True, excluded=(), **whose)
    made_up.states = _states(record.patient, ORG)
    assert {key for key, state in made_up.states.items() if not state.placed} == KEPT_BACK
    return made_up


def _export(command: CommandLine, sender: Sender, form: str, file: Path) -> str:
    number = sender.record.patient.nhs_number
    done = command.run("export", number, "--practice", ORG, "--format", form, "-o", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_was_kept_back_is_ever_placed_elsewhere_and_all_else_is(
    command: CommandLine, sender: Sender, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "record.json"
    said = _export(command, sender, form, file)
    assert said.startswith(f"{len(EVERYTHING)} of {len(EVERYTHING)} entries written, {len(KEPT_BACK)} labelled")
    assert "1 kept from proxies only" in said
    receiver = made.new_town(Policy())
    # as on a database of its own: the same person under another number, so that only what the file says is known
    patient = receiver.patient("Traveller")
    viewer = made.account(patient)
    content = file.read_bytes().replace(sender.record.patient.nhs_number.encode(), patient.nhs_number.encode())
    terms = Terms(org=receiver.ods, marks="first_load")
    assert not deliver(data=content, name="record", format=None, terms=terms, by=BY, at=AT).quarantined
    arrived = _states(patient, receiver.ods)
    assert arrived.keys() == EVERYTHING
    assert not any(state.placed for state in arrived.values())
    made.record(patient, events.HistoryGranted(chunk=viewer, org=receiver.ods, level=Level.FULL, named=(viewer,)))
    granted = _states(patient, receiver.ods)
    assert {key for key, state in granted.items() if state.placed} == EVERYTHING - KEPT_BACK
    assert {key for key, state in granted.items() if state.facts.label is Label.NOT_FOR_PATIENT} == KEPT_BACK


@pytest.mark.parametrize("form", FORMATS)
def test_another_practice_of_the_same_patient_learns_the_same(
    command: CommandLine, sender: Sender, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "record.json"
    _export(command, sender, form, file)
    receiver = made.new_town(Policy())
    terms = Terms(org=receiver.ods, marks="first_load")
    deliver(data=file.read_bytes(), name="record", format=None, terms=terms, by=BY, at=AT)
    arrived = _states(sender.record.patient, receiver.ods)
    assert {key for key, state in arrived.items() if state.facts.label is Label.NOT_FOR_PATIENT} == KEPT_BACK
    assert _states(sender.record.patient, ORG).keys() == EVERYTHING


def test_a_later_export_is_not_undone_by_an_earlier_one(
    command: CommandLine, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    _export(command, sender, "r4", before)
    key = sender.entry("free")
    whose: dict[str, Any] = {"patient_id": sender.record.patient.patient_id, "entry_id": key, "by": BY, "at": AT}
    actions.hide(reason=HideReason.OTHER, responsible=None, **whose)
    monkeypatch.setattr("openrecord.kit.clock.now", lambda: AT.replace(hour=10))
    _export(command, sender, "r4", after)
    receiver = made.new_town(Policy())
    terms = Terms(org=receiver.ods)
    for file in (after, before):
        deliver(data=file.read_bytes(), name="record", format=None, terms=terms, by=BY, at=AT)
        arrived = _states(sender.record.patient, receiver.ods)
        assert arrived["free"].facts.label is Label.NOT_FOR_PATIENT


def test_it_is_a_read_of_everything_on_the_trail(command: CommandLine, sender: Sender, tmp_path: Path) -> None:
    _export(command, sender, "r4", tmp_path / "record.json")
    route, query, refused, served = sender.record.trail()[-1]
    assert (route, query, refused) == ("export", f"format=r4&practice={ORG}", "")
    assert {served[at : at + 16] for at in range(0, len(served), 16)} == {
        state.public_id.bytes for state in sender.states.values()
    }


def test_whoever_asks_who_had_an_entry_is_told_of_the_export(
    command: CommandLine, sender: Sender, tmp_path: Path
) -> None:
    _export(command, sender, "r4", tmp_path / "record.json")
    (found,) = command.json("exposure", str(sender.states["hidden"].public_id))["exposures"]
    assert (found["route"], found["channel"], found["role"]) == ("export", "command", "system")


@pytest.mark.parametrize(("form", "behind"), [("r4", {"not_current": 1}), ("stu3", {"not_current": 1, "unfiled": 1})])
def test_what_stays_behind_is_counted_with_the_reason(
    command: CommandLine, sender: Sender, tmp_path: Path, form: str, behind: dict[str, int]
) -> None:
    draft = {**_visit("draft"), "status": "in-progress"}
    sender.record.deliver(draft, {**_test("unfiled"), "status": "preliminary"})
    said = _export(command, sender, form, tmp_path / "record.json")
    stayed = {reason: int(number) for number, reason in re.findall(r"(\d+) left behind: (\w+)", said)}
    assert stayed == behind
    assert said.startswith(f"{len(EVERYTHING) + 2 - sum(behind.values())} of {len(EVERYTHING) + 2} entries written")


def test_a_file_is_for_its_owner_and_never_written_over(command: CommandLine, sender: Sender, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    _export(command, sender, "r4", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    reads = len(sender.record.trail())
    content = file.read_bytes()
    patient = str(sender.record.patient.public_id)
    again = command.run("export", patient, "--practice", ORG, "--format", "r4", "-o", str(file))
    assert (again.returncode, again.stdout) == (1, "")
    assert file.read_bytes() == content
    assert len(sender.record.trail()) == reads
    (tmp_path / "loose").symlink_to(tmp_path / "nowhere")
    loose = command.run("export", patient, "--practice", ORG, "--format", "r4", "-o", str(tmp_path / "loose"))
    assert loose.returncode == 1
    assert not (tmp_path / "nowhere").exists()


def test_standard_output_holds_the_record_alone(command: CommandLine, sender: Sender) -> None:
    done = command.run("export", sender.record.patient.nhs_number, "--practice", ORG, "--format", "r4")
    assert json.loads(done.stdout)["resourceType"] == "Bundle"
    assert done.stderr.count("\n") == 1
    assert "Traveller" not in done.stderr


@pytest.mark.parametrize("named", [["9990000018", ORG], ["x", ORG]])
def test_whom_nobody_knows_is_not_exported(command: CommandLine, named: list[str]) -> None:
    done = command.run("export", named[0], "--practice", named[1], "--format", "r4")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_practice_without_entries_of_the_patient_exports_nothing(command: CommandLine, sender: Sender) -> None:
    done = command.run("export", sender.record.patient.nhs_number, "--practice", "Y90101", "--format", "r4")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no entry" in done.stderr
