"""`openrecord ingest` and `quarantine`: every resource accounted for, whatever the files are."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ops.conftest import CommandLine, Installation, bundle, unknown_number, unknown_numbers

CLASSES = ("accepted", "unchanged", "superseded", "quarantined", "not_entries")


def _exact(said: Any) -> bool:
    return bool(said["resources"] == sum(said[name] for name in CLASSES))


def _folder(folder: Path, people: int) -> Path:
    for number in unknown_numbers(people):
        (folder / f"{number}.json").write_text(json.dumps(bundle(number)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_files_twice_change_nothing(command: CommandLine, tmp_path: Path, jobs: str) -> None:
    folder = _folder(tmp_path, 20)
    typed = ("ingest", str(folder), "--register", "Y90101", "--jobs", jobs)
    first, second = command.json(*typed), command.json(*typed)
    assert (first["files"], first["resources"], first["accepted"], first["not_entries"]) == (20, 60, 40, 20)
    assert (second["accepted"], second["unchanged"], second["not_entries"]) == (0, 40, 20)
    assert _exact(first)
    assert _exact(second)
    assert set(first) == {"resources", *CLASSES, "files", "reasons", "skipped", "failed", "seconds"}


def test_an_entry_twice_in_one_message_is_accepted_once(command: CommandLine) -> None:
    told = dict(bundle(unknown_number()))
    again = json.loads(json.dumps(told["entry"][-1]))
    again["resource"]["onsetDateTime"] = "2025-02-01"
    told["entry"].append(again)
    typed = ("ingest", "-", "--register", "Y90101")
    first, second = (command.json(*typed, stdin=json.dumps(told).encode()) for _ in range(2))
    assert (first["accepted"], first["superseded"]) == (2, 1)
    assert (second["accepted"], second["unchanged"], second["superseded"]) == (0, 2, 1)
    assert _exact(first)
    assert _exact(second)


def test_bad_files_lose_nothing_of_the_others(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(bundle(unknown_number())).encode()))
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "c.xml").write_text("<Bundle/>", encoding="utf-8")
    (tmp_path / "d.json").write_text('{"resourceType": "Bundle", "entry": [', encoding="utf-8")
    (tmp_path / "README.md").write_text("not data", encoding="utf-8")
    said = command.json("ingest", str(tmp_path), "--register", "Y90101")
    assert (said["files"], said["accepted"], said["quarantined"]) == (4, 2, 3)
    assert said["reasons"]["quarantined"] == {"bad_gzip": 1, "xml_refused": 1, "malformed_json": 1}
    assert said["skipped"] == ["README.md"]
    assert _exact(said)


def test_a_file_that_cannot_be_accounted_for_gives_another_exit_status(command: CommandLine, tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_text(json.dumps(bundle(unknown_number())), encoding="utf-8")
    missing = str(tmp_path / "missing.json")
    done = command.run("ingest", missing, str(good), "--register", "Y90101", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["accepted"] == 2
    assert said["failed"] == [{"file": "missing.json", "reason": "no such file or folder"}]


def test_standard_input_and_lines(command: CommandLine) -> None:
    resources = [entry["resource"] for entry in bundle(unknown_number())["entry"]]
    lines = "\n".join(json.dumps(resource) for resource in resources).encode()
    said = command.json("ingest", "-", "--register", "Y90101", "--format", "ndjson", stdin=gzip.compress(lines))
    assert (said["files"], said["accepted"], said["not_entries"]) == (1, 2, 1)


def test_quarantine_from_arrival_to_decision(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "unknown-patient.json"
    file.write_text(json.dumps(bundle(unknown_number())), encoding="utf-8")
    assert command.json("ingest", str(file))["reasons"]["quarantined"] == {"patient_unknown": 2}
    (held,) = (one for one in command.json("quarantine", "list") if one["source_name"] == file.name)
    assert held["resources"] == 2
    shown = command.json("quarantine", "show", held["quarantine_id"])
    assert "--register" in shown["detail"]
    retried = command.json("quarantine", "retry", held["quarantine_id"], "--register", "Y90101")
    assert (retried["accepted"], retried["quarantined"]) == (2, 0)
    again = command.run("quarantine", "retry", held["quarantine_id"])
    assert again.returncode == 1
    assert "not open any more" in again.stderr


def test_a_part_is_discarded_once_and_stays_known(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "to-discard.xml"
    file.write_text("<Patient/>", encoding="utf-8")
    command.json("ingest", str(file))
    (held,) = (one for one in command.json("quarantine", "list") if one["source_name"] == file.name)
    command.json("quarantine", "discard", held["quarantine_id"])
    assert command.run("quarantine", "discard", held["quarantine_id"]).returncode == 1
    assert command.json("quarantine", "show", held["quarantine_id"])["state"] == "discarded"


def test_an_empty_database_is_made_ready_by_the_first_delivery(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "fresh")
    (tmp_path / "in").mkdir()
    assert installation.run("ingest", str(tmp_path / "in")).returncode == 0
    assert installation.run("quarantine", "list").returncode == 0
