"""Reading ahead: other processes read, this one writes; the same comes of it, in the same order, whoever dies."""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from openrecord.clinical.nhs_number import is_valid
from openrecord.db import lean
from openrecord.ingest.actions.deliver import deliver
from openrecord.ingest.rules.preparing import Prepared, prepare
from openrecord.ingest.types import Tally
from openrecord.ops import ahead, ingest, pool
from openrecord.ops.ahead import read_ahead
from tests.integration.ops.conftest import CommandLine, Installation, bundle, unknown_number
from tests.waiting import PATIENCE

FILES = 24
MORE_THAN_A_PIPE_HOLDS = "x" * 50_000
VALID = [str(number) for number in range(9_990_100_000, 9_990_100_060) if is_valid(str(number))][:4]
STORED = """
import django, json
django.setup()
from openrecord.db import sql
print(json.dumps([
    sorted(bytes(digest).hex() for digest, in sql.rows("SELECT digest FROM ingest_source_key")),
    sorted([name, bytes(digest).hex(), size] for name, digest, size in sql.rows(
        "SELECT name, digest, size FROM ingest_source")),
    sorted(list(row) for row in sql.rows("SELECT reason, place, resources FROM ingest_quarantine")),
    sql.rows("SELECT count(*) FROM screening_entry"),
]))
"""


@pytest.fixture
def only_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read here while the readers are still starting."""
    monkeypatch.setattr(ahead._Reader, "is_ready", lambda reader: reader._pipe.poll(60))


def folder_of(folder: Path, number: str, *, text: str = MORE_THAN_A_PIPE_HOLDS) -> list[Path]:
    """One patient's entry in many versions, a file each."""
    paths = [folder / f"{version:03d}.json" for version in range(FILES)]
    for version, path in enumerate(paths):
        note: dict[str, Any] = {"note": [{"text": f"{version} {text}"}], "meta": {"versionId": str(version + 1)}}
        path.write_text(json.dumps(bundle(number, entries=1, **note)), encoding="utf-8")
    return paths


@pytest.mark.usefixtures("only_readers")
@pytest.mark.parametrize("readers", [1, 3])
def test_files_come_prepared_and_in_their_order(tmp_path: Path, readers: int) -> None:
    paths = folder_of(tmp_path, VALID[0])
    came = list(read_ahead(paths, format=None, readers=readers))
    assert came == [(path, prepare(path.read_bytes(), None)) for path in paths]
    assert not multiprocessing.active_children()


def test_without_readers_they_are_prepared_here(tmp_path: Path) -> None:
    paths = [*folder_of(tmp_path, VALID[0]), tmp_path / "gone.json", Path("-")]
    came = list(read_ahead(paths, format=None, readers=0))
    assert came == [
        *((path, prepare(path.read_bytes(), None)) for path in paths[:-2]),
        (paths[-2], None),
        (paths[-1], None),
    ]


@pytest.mark.usefixtures("only_readers")
def test_what_cannot_be_read_and_standard_input_are_left_to_the_caller(tmp_path: Path) -> None:
    paths = [tmp_path / "gone.json", Path("-"), *folder_of(tmp_path, VALID[0])]
    came = dict(read_ahead(paths, format=None, readers=1))
    assert [path for path, prepared in came.items() if prepared is None] == paths[:2]


def killing(readings: Iterator[Any], *, at: set[int]) -> Iterator[Any]:
    """What is read, while the readers are killed when so many files have come."""
    for number, reading in enumerate(readings):
        if number in at:
            for reader in multiprocessing.active_children():
                reader.kill()
                reader.join(PATIENCE)
        yield reading


@pytest.mark.usefixtures("only_readers")
@pytest.mark.parametrize("readers", [1, 2])
def test_a_reader_that_is_killed_costs_one_file(tmp_path: Path, readers: int) -> None:
    paths = folder_of(tmp_path, VALID[0])
    came = list(killing(read_ahead(paths, format=None, readers=readers), at={4}))
    assert [path for path, _ in came] == paths
    lost = [path for path, prepared in came if isinstance(prepared, pool.Died)]
    assert len(lost) == readers
    assert all(prepared == prepare(path.read_bytes(), None) for path, prepared in came if path not in lost)


@pytest.mark.usefixtures("only_readers")
def test_where_no_reader_can_live_every_file_is_told(tmp_path: Path) -> None:
    paths = folder_of(tmp_path, VALID[0])
    came = list(killing(read_ahead(paths, format=None, readers=1), at=set(range(FILES))))
    assert [path for path, _ in came] == paths
    assert isinstance(came[-1][1], pool.Died)


def test_readers_end_when_nobody_listens_any_more(tmp_path: Path) -> None:
    reading = read_ahead(folder_of(tmp_path, VALID[0]), format=None, readers=2)
    assert isinstance(next(reading)[1], Prepared)
    assert len(multiprocessing.active_children()) == 2
    reading.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("only_readers")
def test_a_lost_file_is_named_and_the_others_are_taken_in(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(tmp_path, unknown_number())
    monkeypatch.setattr(lean, "vendor", lambda: "sqlite")
    monkeypatch.setattr(ingest, "read_ahead", lambda *given, **more: killing(read_ahead(*given, **more), at={4}))
    done = command.run("ingest", str(tmp_path), "--register", "Y90101", "--jobs", "2", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert [lost["reason"] for lost in said["failed"]] == ["its process ended unexpectedly"]
    assert (said["files"], said["accepted"]) == (FILES - 1, FILES - 1)


@pytest.mark.usefixtures("only_readers")
def test_no_older_version_overtakes(command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder_of(tmp_path, unknown_number())
    monkeypatch.setattr(lean, "vendor", lambda: "sqlite")
    said = command.json("ingest", str(tmp_path), "--register", "Y90101", "--jobs", "3")
    assert said["reasons"]["accepted"] == {"new": 1, "newer_version": FILES - 1}


def test_one_process_or_two_store_the_same(tmp_path: Path) -> None:
    """Good files, damaged ones, one that is not there, a patient who may not be registered, the same bytes twice."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in VALID:
        (folder / f"{number}.json").write_text(json.dumps(bundle(number, entries=30)), encoding="utf-8")
        (folder / f"{number}-again.json").write_text(json.dumps(bundle(number, entries=30)), encoding="utf-8")
        (folder / f"{number}-later.json").write_text(json.dumps(bundle(number, entries=2, note=[])), encoding="utf-8")
        (folder / f"{number}-other.json").write_text(json.dumps(bundle(number, family="Other")), encoding="utf-8")
    (folder / "damaged.json").write_text("{", encoding="utf-8")
    (folder / "lines.ndjson").write_text('{"resourceType": "Patient"}\n[]\n{', encoding="utf-8")
    (folder / "gone.json").symlink_to(tmp_path / "nowhere")
    said, stored = zip(*(taken_in(Installation(tmp_path / jobs), folder, jobs) for jobs in ("1", "2")), strict=True)
    assert said[0] == said[1]
    assert stored[0] == stored[1]
    assert said[0]["failed"] == [{"file": "gone.json", "reason": "cannot be read: No such file or directory"}]
    assert said[0]["reasons"]["quarantined"] == {"family_name_differs": 8, "malformed_json": 2, "not_fhir": 1}
    assert said[0]["accepted"] == len(stored[0][0]) > 100


def test_small_files_share_a_commit_and_a_fault_costs_its_own_file(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lean, "vendor", lambda: "sqlite")
    paths = folder_of(tmp_path, unknown_number(), text="small")
    commits: list[int] = []
    monkeypatch.setattr(ingest, "deliver", failing_at(paths[5].name, commits))
    done = command.run("ingest", str(tmp_path), "--register", "Y90101", "--jobs", "1", "--json")
    said = json.loads(done.stdout)
    assert said["failed"] == [{"file": paths[5].name, "reason": "failed: KeyError"}]
    assert said["accepted"] == FILES - 1
    monkeypatch.setattr(ingest, "deliver", failing_at("", commits))
    commits.clear()
    assert command.json("ingest", str(tmp_path), "--register", "Y90101", "--jobs", "1")["files"] == FILES
    assert len(commits) == 1


def failing_at(name: str, commits: list[int]) -> Callable[..., Tally]:
    """Delivery with a fault of ours in one file; it notes each transaction that is committed."""

    def deliver_or_fail(**given: Any) -> Tally:
        tally = deliver(**given)
        if not commits or commits[-1]:
            commits.append(0)
            transaction.on_commit(lambda: commits.__setitem__(-1, 1))
        if given["name"] == name:
            raise KeyError
        return tally

    return deliver_or_fail


def taken_in(installation: Installation, folder: Path, jobs: str) -> tuple[Any, Any]:
    """What the command says, and what is stored."""
    done = installation.run("ingest", str(folder), "--register", "Y90101", "--jobs", jobs, "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    del said["seconds"]
    settings = {**installation.settings, "DJANGO_SETTINGS_MODULE": "openrecord.config.settings"}
    stored = subprocess.run(
        [sys.executable, "-c", STORED], env=settings, capture_output=True, check=True, timeout=PATIENCE
    )
    return said, json.loads(stored.stdout)
