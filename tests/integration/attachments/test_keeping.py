"""What is kept of files, what is refused and said, what is taken away, and what leaves with an export."""

import base64
import importlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from openrecord.attachments import queries, tasks
from openrecord.clinical.incoming import FileState
from openrecord.db import sql, stored_files
from openrecord.ingest import queries as ingest
from openrecord.ingest.actions.accept import Terms
from openrecord.ingest.actions.deliver import deliver, retry
from openrecord.timeline import lying
from openrecord_demo import scanner
from tests import made_files
from tests.integration.attachments.world import addresses_in, document, pages_of, scanned
from tests.integration.fhir.world import AT, BY, ORG, Json, Record, observation
from tests.integration.ops.conftest import CommandLine
from tests.integration.pages import world

MEBIBYTE = 1 << 20
LARGE = made_files.pdf() + bytes(MEBIBYTE)


def _stored() -> set[Path]:
    return {path for path in stored_files.folder().glob("??/*") if path.is_file()}


def _send(record: Record, *resources: Json) -> str:
    """A delivery that may be refused in parts; the name of its source."""
    person = {
        "resourceType": "Patient", "id": "p", "birthDate": str(record.patient.born),
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": record.patient.nhs_number}],
        "name": [{"family": record.patient.family}],
    }  # fmt: skip
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (person, *resources)]}
    name = f"from {record.patient.public_id}"
    tally = deliver(data=json.dumps(whole).encode(), name=name, format=None, terms=Terms(org=ORG), by=BY, at=AT)
    assert tally.is_exact
    assert (tally.accepted, tally.quarantined) == (len(resources), 0)
    return name


def test_a_file_that_is_too_large_is_said_and_comes_under_another_limit(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, before = world.patient(record), _stored()
    monkeypatch.setenv("OPENRECORD_DOCUMENT_MIB", "1")
    name = _send(record, document("large", ("application/pdf", LARGE)), observation("o"))
    (told,) = (each for each in ingest.quarantine() if each.source_name == name)
    assert (told.reason, told.place, told.resources) == ("file_too_large", "entry[1] file 1", 0)
    assert told.detail.startswith("a file of 1.0 MiB; 1 MiB are allowed.")
    (page,) = pages_of(mine)
    assert "too large to show here" in mine.get(page).text
    assert mine.get("/record/measurements").text.count("or-line__title") == 1
    assert _stored() == before
    monkeypatch.setenv("OPENRECORD_DOCUMENT_MIB", "2")
    assert retry(quarantine_id=told.quarantine_id, terms=Terms(org=ORG), by=BY, at=AT).accepted == 1
    scanned(monkeypatch)
    (address,) = addresses_in(mine, page)
    assert mine.get(f"{address}/save").getvalue() == LARGE
    assert not [each for each in ingest.quarantine() if each.source_name == name]


def test_what_is_no_file_is_said_and_stops_nothing(record: Record) -> None:
    mine = world.patient(record)
    broken = document("broken", ("application/pdf", b"x"))
    broken["content"][0]["attachment"]["data"] = "no base64!"
    name = _send(record, broken, observation("o"))
    (told,) = (each for each in ingest.quarantine() if each.source_name == name)
    assert (told.reason, told.resources) == ("file_damaged", 0)
    (page,) = pages_of(mine)
    assert "did not reach us in one piece" in mine.get(page).text


def test_a_patient_has_one_file_once(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, before = world.patient(record), _stored()
    record.deliver(document("a", ("application/pdf", made_files.pdf())))
    scanned(monkeypatch)
    record.deliver(document("b", ("application/pdf", made_files.pdf()), date="2025-02-06T12:00:00Z"))
    assert len(_stored() - before) == 1
    for page in pages_of(mine):
        (address,) = addresses_in(mine, page)
        assert mine.get(f"{address}/document").status_code == 200


def test_only_what_no_entry_names_is_taken_away(record: Record) -> None:
    record.deliver(document("kept", ("application/pdf", made_files.pdf())))
    kept = _stored()
    left_over, name = stored_files.path_of(bytes(16)), os.urandom(16)
    stored_files.write(bytes(16), bytes(32), b"never committed")
    unfinished = stored_files.path_of(name).with_name(f"{name.hex()}{stored_files.UNFINISHED}")
    unfinished.parent.mkdir(exist_ok=True)
    unfinished.touch()
    tasks.take_away_left_over(AT)
    assert left_over.exists(), "it may belong to an act under way"
    later = _written(left_over) + timedelta(days=2)
    assert tasks.take_away_left_over(later) >= 2
    assert not left_over.exists()
    assert not unfinished.exists()
    assert kept <= _stored()


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def test_bodies_of_before_lose_their_files(record: Record) -> None:
    record.deliver(document("old", ("application/pdf", made_files.pdf())))
    patient_id = record.patient.patient_id
    (row,) = sql.rows("SELECT id, coded FROM timeline_entry WHERE patient_id=%s", [patient_id])
    stored = bytes(row[1])
    begin, _, rest = stored.partition(b',"url":"Binary/')
    rest = rest.partition(b'"')[2]
    data = base64.b64encode(made_files.pdf())
    as_before = begin + b',"language":"en","data":"' + data + b'"' + rest
    sampled = b',"valueSampledData":{"data":"1 2 3"}'
    as_before = as_before[:-1] + sampled + b"}"
    sql.execute("UPDATE timeline_entry SET coded=%s WHERE patient_id=%s AND id=%s", [as_before, patient_id, row[0]])
    migration = importlib.import_module("openrecord.attachments.migrations.0002_out_of_bodies")
    with connection.schema_editor() as editor:
        migration.take_out(None, editor)
    (after,) = lying.bodies(patient_id, [bytes(row[0])]).values()
    assert after == begin + b',"language":"en"' + rest[:-1] + sampled + b"}"


def _exported(command: CommandLine, record: Record, form: str, tmp_path: Path) -> tuple[str, list[Json]]:
    file = tmp_path / f"{form}.json"
    number = record.patient.nhs_number
    done = command.run("export", number, "--practice", ORG, "--format", form, "-o", str(file))
    assert done.returncode == 0, done.stderr
    resources = [entry["resource"] for entry in json.loads(file.read_bytes())["entry"]]
    return done.stdout, [
        content["attachment"]
        for resource in resources
        if resource["resourceType"] == "DocumentReference"
        for content in resource["content"]
    ]


@pytest.mark.parametrize("form", ["r4", "stu3"])
def test_an_export_takes_along_what_was_found_to_be_safe(
    command: CommandLine, record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    record.deliver(document("checked", ("application/pdf", made_files.pdf())))
    scanned(monkeypatch)
    record.deliver(document("waits", ("application/pdf", made_files.pdf("waits"))))
    told, attachments = _exported(command, record, form, tmp_path)
    assert "1 files not sent, because no scanner has found them to be safe" in told
    assert sorted(each.get("data", "") for each in attachments) == ["", base64.b64encode(made_files.pdf()).decode()]
    assert not any("url" in each for each in attachments)


def test_the_doctor_says_who_waits_and_what_is_lost(
    command: CommandLine, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finding() -> Json:
        told = json.loads(command.run("doctor", "--json").stdout)
        found: Json = next(each for each in told["findings"] if each["what"] == "documents")
        return found

    scanned(monkeypatch)
    monkeypatch.delenv("OPENRECORD_CLAMAV", raising=False)
    lost, before = queries.lost(), _stored()
    record.deliver(document("d", ("application/pdf", made_files.pdf())))
    assert queries.counts()[FileState.WAITING] == 1
    assert finding()["well"] is False
    assert "OPENRECORD_CLAMAV" in finding()["told"]
    scanned(monkeypatch)
    assert finding()["well"] is False
    assert "the scanner does not answer" in finding()["told"]
    with scanner.running() as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        assert (finding()["well"] is True) is (lost == 0)
    (path,) = _stored() - before
    path.unlink()
    assert finding()["well"] is False
    assert f"{lost + 1} are missing on the disk" in finding()["told"]
    monkeypatch.setenv("OPENRECORD_CLAMAV", "nonsense")
    assert "must be tcp://host:port" in finding()["told"]
