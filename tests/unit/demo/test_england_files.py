"""The files of the synthetic England: deterministic, valid, whole, and coded only with known codes."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from openrecord.clinical.nhs_number import is_valid
from openrecord_demo.england.codes_used import ACCESS_KEYS, CODES, SNOMED
from openrecord_demo.england.population import generate
from openrecord_demo.england.practices import PRACTICES
from openrecord_demo.england.writing import write
from tests.unit.demo.england_files import AS_OF, PEOPLE, SEED, england, manifest, messages, objects
from tests.waiting import PATIENCE

TRADE_MARKS = ("emis", "systmone", "tpp", "vision", "optum")
NO_ENTRIES = {"Patient", "Organization", "Practitioner", "Medication", "List", "Location"}


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from openrecord_demo.england.writing import write\n"
        f"write(Path(sys.argv[1]), seed={SEED}, as_of=date.fromisoformat('{AS_OF}'), patients={PEOPLE})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, timeout=PATIENCE)
    assert digest(tmp_path) == digest(england())


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    write(tmp_path, seed=SEED + 1, as_of=AS_OF, patients=3)
    assert not set(digest(tmp_path).values()) & set(digest(england()).values())


def test_nhs_numbers_are_valid_test_numbers_and_nobody_shares_one() -> None:
    numbers = [p["nhs_number"] for p in manifest()["patients"]] + [p["nhs_number"] for p in manifest()["proxies"]]
    assert len(numbers) > PEOPLE
    assert all(is_valid(number) and number.startswith("999") for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_identifiers_are_unique_and_agree_with_the_manifest() -> None:
    seen: Counter[str] = Counter()
    for name, items in messages():
        if name.endswith("-correction.json"):
            continue
        for item in items:
            if item["resourceType"] not in NO_ENTRIES:
                assert item["identifier"][0]["system"].startswith("https://openrecord.example/id/Z991")
                seen[item["identifier"][0]["value"]] += 1
    assert set(seen.values()) == {1}
    told = {entry for truth in manifest()["expected"].values() for entry in truth["entries"]}
    assert told == set(seen)
    assert manifest()["totals"] == {"patients": PEOPLE, "entries": len(seen)}
    counted = sum(sum(truth["entries_total"].values()) for truth in manifest()["expected"].values())
    assert counted == len(seen)


def test_every_reference_resolves_in_its_own_file() -> None:
    checked = 0
    for name, items in messages():
        there = {f"{item['resourceType']}/{item['id']}" for item in items if "id" in item}
        for item in items:
            for found in objects(item):
                if isinstance(found.get("reference"), str):
                    assert found["reference"] in there, name
                    checked += 1
    assert checked > 10_000


def test_every_snomed_code_is_in_the_table_with_its_term() -> None:
    known = {code.snomed: code.term for code in CODES.values() if code.snomed}
    used: set[str] = set()
    for _, items in messages():
        for found in (inner for item in items for inner in objects(item)):
            if found.get("system") == SNOMED:
                assert found["display"] == known[found["code"]]
                used.add(found["code"])
    assert {CODES[key].snomed for key in ACCESS_KEYS} <= used
    assert len(used) > 90


def test_organisations_cannot_be_real_and_no_trade_mark_is_shown() -> None:
    assert len(PRACTICES) == 4
    for ods, practice in PRACTICES.items():
        assert ods.startswith("Z991")
        shown = f"{practice.name} {practice.system} {practice.readiness}".lower()
        assert not [mark for mark in TRADE_MARKS if mark in shown]


def test_the_formats_are_those_of_the_practices() -> None:
    formats = {(f["practice"], f["format"]) for p in manifest()["patients"] for f in p["files"]}
    assert formats == {
        ("Z99101", "fhir-r4"),
        ("Z99101", "gpconnect-stu3"),
        ("Z99102", "fhir-r4-ndjson"),
        ("Z99103", "fhir-r4"),
        ("Z99104", "gpconnect-stu3"),
    }
    for patient in manifest()["patients"]:
        assert all((england() / file["path"]).is_file() for file in patient["files"])


def test_dates_recorded_follow_the_clinical_dates_and_lie_before_the_day() -> None:
    late = 0
    for patient in generate(seed=SEED, patients=20, as_of=AS_OF):
        for entry in (e for record in patient.records for e in record.entries if e.kind != "diary"):
            assert entry.clinical <= entry.recorded
            assert entry.recorded.date() <= AS_OF
            late += entry.recorded > entry.clinical
    assert late > 500


def test_entries_decides_how_many_people_there_are() -> None:
    made = list(generate(seed=SEED, as_of=AS_OF, entries=9_000))
    assert sum(patient.entries for patient in made) >= 9_000
    assert sum(patient.entries for patient in made[:-1]) < 9_000


def test_a_day_before_the_practices_were_live_is_refused() -> None:
    with pytest.raises(ValueError, match="2025-01-01"):
        next(generate(seed=1, as_of=date(2024, 12, 31)))
