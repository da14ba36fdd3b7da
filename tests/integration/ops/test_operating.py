"""The operator's other commands as processes: practices, explaining, stops, staff, the trail, the doctor."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ops.conftest import Installation, bundle

NUMBER = "9990000018"
HEADS = "ods_code,name,region_code,icb_code,sub_icb_code,pcn_code_2022,gp_system_2019"


@pytest.fixture(scope="module")
def patient(installation: Installation) -> str:
    """The NHS number of a patient with entries and no account."""
    data = json.dumps(bundle(NUMBER)).encode()
    assert installation.json("ingest", "-", "--register", "Y90001", stdin=data)["accepted"] == 2
    return NUMBER


def _explained(installation: Installation, patient: str, *more: str) -> Any:
    return installation.json("explain", "--patient", patient, *more)


def test_the_directory_of_practices_is_loaded_once_and_moves_are_seen(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "practices.csv"
    lines = [HEADS, "Y90002,One Surgery,Y63,QHM,16C,U89141,TPP", "Y90003,Two Surgery,Y63,QHM,16C,,EMIS"]
    file.write_text("\n".join(lines), encoding="utf-8")
    first = installation.json("practices", "load", str(file))
    assert (first["added"], first["changed"], first["unchanged"]) == (2, 0, 0)
    again = installation.json("practices", "load", str(file))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    moved = [HEADS, lines[1].replace("U89141", "U00001"), lines[2], ",Nameless,,,,,", "Y90004,,,,,,"]
    file.write_text("\n".join(moved), encoding="utf-8")
    third = installation.json("practices", "load", str(file))
    assert (third["added"], third["changed"], third["unchanged"], third["refused"]) == (0, 1, 1, [4, 5])


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\x1f\x8bnot gzip", b"\xff\xfe\x00", b""])
def test_what_is_no_directory_is_refused(installation: Installation, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "practices.csv"
    file.write_bytes(content)
    done = installation.run("practices", "load", str(file))
    assert done.returncode == 1
    assert done.stderr.startswith(b"openrecord: ")


def test_a_practice_without_a_date_shows_nothing_and_keeps_what_is_not_stated(installation: Installation) -> None:
    made = installation.json("practice", "add", "y90009", "--name", "Later Surgery", "--icb", "QHM")
    assert (made["ods"], made["go_live"]) == ("Y90009", None)
    changed = installation.json("practice", "add", "Y90009", "--go-live", "2026-01-01", "--level", "detailed")
    assert (changed["name"], changed["icb"]) == ("Later Surgery", "QHM")
    assert (changed["go_live"], changed["level"]) == ("2026-01-01", "detailed")
    assert installation.run("practice", "add", "Y90010").returncode == 1


def test_explain_says_why(installation: Installation, patient: str) -> None:
    said = _explained(installation, patient)
    assert said["viewer"] is None
    assert len(said["entries"]) == 2
    assert all(not entry["visible"] and entry["reasons"] and entry["placed"] for entry in said["entries"])
    one = said["entries"][0]
    alone = _explained(installation, said["patient"], "--entry", one["entry"])
    assert alone["entries"] == [one]
    assert NUMBER not in json.dumps(said)
    assert "hypertension" not in json.dumps(said)


def test_a_stop_is_a_reason_until_it_ends(installation: Installation, patient: str) -> None:
    for scope, which in (("practice", "y90001"), ("patient", patient), ("channel", "web"), ("all", None)):
        named = [scope] if which is None else [scope, which]
        assert installation.run("close", *named, "--reason", "exercise").returncode == 0
        assert all("closed" in entry["reasons"] for entry in _explained(installation, patient)["entries"])
        assert installation.run("open", *named).returncode == 0
        assert not any("closed" in entry["reasons"] for entry in _explained(installation, patient)["entries"])
        assert installation.run("open", *named).returncode == 1


@pytest.mark.parametrize(
    "named",
    [
        ["practice", "Y99999"],
        ["practice"],
        ["all", "Y90001"],
        ["channel", "letters"],
        ["client", "x"],
        ["patient", "1"],
    ],
)
def test_a_stop_of_what_does_not_exist_is_refused(installation: Installation, named: list[str]) -> None:
    done = installation.run("close", *named, "--reason", "exercise")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_exposure_of_what_nobody_read(installation: Installation, patient: str) -> None:
    entry = _explained(installation, patient)["entries"][0]["entry"]
    assert installation.json("exposure", entry)["exposures"] == []
    assert installation.run("exposure", "0f8fad5b-d9cb-469f-a165-70867728950e").returncode == 1


def test_the_first_member_of_staff_is_made_once(installation: Installation) -> None:
    command = ("staff", "first", "--issuer", "https://login.example", "--subject", "s1", "--name", "Mo Ledger",
               "--organisation", "Y90001", "--roles", "manager, screener")  # fmt: skip
    assert installation.run(*command).returncode == 0
    again = installation.run(*command)
    assert again.returncode == 1
    assert b"already" in again.stderr


def test_what_commands_did_is_sealed_and_the_doctor_is_content(installation: Installation, patient: str) -> None:
    _explained(installation, patient)
    verdict = installation.json("audit", "verify")
    assert (verdict["ok"], verdict["unsealed"], verdict["problems"]) == (True, 0, [])
    assert verdict["seals"] > 3
    assert installation.json("doctor")["ok"] is True


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    fresh = Installation(tmp_path / "fresh")
    (tmp_path / "fresh").mkdir()
    done = fresh.run("doctor", "--json")
    assert done.returncode == 1
    findings = {finding["what"]: finding["well"] for finding in json.loads(done.stdout)["findings"]}
    assert findings == {"key": True, "database": True, "migrations": False}


def test_demo_commands_exist_in_the_demo_only(installation: Installation) -> None:
    done = installation.run("demo", "token", "--persona", "amina-yusuf")
    assert done.returncode == 1
    assert b"demonstration only" in done.stderr


def test_wrong_settings_are_said_in_one_line(tmp_path: Path) -> None:
    done = Installation(tmp_path, mode="prod").run("doctor")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
