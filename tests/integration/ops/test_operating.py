"""The operator's other commands: practices, explaining, stops, staff, the trail, the doctor."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from openrecord.access import events
from openrecord.clinical.nhs_number import NhsNumber
from openrecord.kit import clock
from openrecord.ops.operator import operator
from openrecord.registry import queries as registry
from openrecord.registry.types import Policy
from openrecord.screening import queries as screening
from openrecord.screening.actions import acts
from openrecord.screening.types import HideReason
from tests.integration.ops.conftest import CommandLine, Installation, bundle, unknown_number, unknown_numbers
from tests.integration.pages import town as made

HEADS = "ods_code,name,region_code,icb_code,sub_icb_code,pcn_code_2022,gp_system_2019"


@pytest.fixture
def patient(command: CommandLine) -> str:
    """The NHS number of a patient with entries and no account."""
    number = unknown_number()
    data = json.dumps(bundle(number)).encode()
    assert command.json("ingest", "-", "--register", "Y90101", stdin=data)["accepted"] == 2
    return number


def _explained(command: CommandLine, patient: str, *more: str) -> Any:
    return command.json("explain", "--patient", patient, *more)


def test_the_directory_of_practices_is_loaded_once_and_moves_are_seen(command: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "practices.csv"
    lines = [HEADS, "Y90102,One Surgery,Y63,QHM,16C,U89141,TPP", "Y90103,Two Surgery,Y63,QHM,16C,,EMIS"]
    file.write_text("\n".join(lines), encoding="utf-8")
    first = command.json("practices", "load", str(file))
    assert (first["added"], first["changed"], first["unchanged"]) == (2, 0, 0)
    again = command.json("practices", "load", str(file))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    moved = [HEADS, lines[1].replace("U89141", "U00001"), lines[2], ",Nameless,,,,,", "Y90104,,,,,,"]
    file.write_text("\n".join(moved), encoding="utf-8")
    third = command.json("practices", "load", str(file))
    assert (third["added"], third["changed"], third["unchanged"], third["refused"]) == (0, 1, 1, [4, 5])


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\x1f\x8bnot gzip", b"\xff\xfe\x00", b""])
def test_what_is_no_directory_is_refused(command: CommandLine, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "practices.csv"
    file.write_bytes(content)
    done = command.run("practices", "load", str(file))
    assert done.returncode == 1
    assert done.stderr.startswith("openrecord: ")


def test_a_practice_without_a_date_shows_nothing_and_keeps_what_is_not_stated(command: CommandLine) -> None:
    made = command.json("practice", "add", "y90109", "--name", "Later Surgery", "--icb", "QHM")
    assert (made["ods"], made["go_live"]) == ("Y90109", None)
    changed = command.json("practice", "add", "Y90109", "--go-live", "2026-01-01", "--level", "detailed")
    assert (changed["name"], changed["icb"]) == ("Later Surgery", "QHM")
    assert (changed["go_live"], changed["level"]) == ("2026-01-01", "detailed")
    assert command.run("practice", "add", "Y90110").returncode == 1


def test_explain_says_why(command: CommandLine, patient: str) -> None:
    said = _explained(command, patient)
    assert said["viewer"] is None
    assert len(said["entries"]) == 2
    assert all(not entry["visible"] and entry["reasons"] and entry["placed"] for entry in said["entries"])
    one = said["entries"][0]
    alone = _explained(command, said["patient"], "--entry", one["entry"])
    assert alone["entries"] == [one]
    assert patient not in json.dumps(said)
    assert "hypertension" not in json.dumps(said)


def test_a_stop_is_a_reason_until_it_ends(command: CommandLine, patient: str) -> None:
    for scope, which in (("practice", "y90101"), ("patient", patient), ("channel", "web"), ("all", None)):
        named = [scope] if which is None else [scope, which]
        assert command.run("close", *named, "--reason", "exercise").returncode == 0
        assert all("closed" in entry["reasons"] for entry in _explained(command, patient)["entries"])
        assert command.run("open", *named).returncode == 0
        assert not any("closed" in entry["reasons"] for entry in _explained(command, patient)["entries"])
        assert command.run("open", *named).returncode == 1


@pytest.mark.parametrize(
    "named",
    [
        ["practice", "Y99999"],
        ["practice"],
        ["all", "Y90101"],
        ["channel", "letters"],
        ["client", "x"],
        ["patient", "1"],
    ],
)
def test_a_stop_of_what_does_not_exist_is_refused(command: CommandLine, named: list[str]) -> None:
    done = command.run("close", *named, "--reason", "exercise")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_change_of_number_is_shown_first_and_done_when_told(command: CommandLine, patient: str) -> None:
    now, outside = unknown_numbers(1)[0], _explained(command, patient)["patient"]
    assert "--do" in command.run("patient", "renumber", patient, now).stdout
    assert _explained(command, patient)["patient"] == outside
    assert command.run("patient", "renumber", patient, now, "--do").returncode == 0
    assert _explained(command, now)["patient"] == outside
    assert command.run("explain", "--patient", patient).returncode == 1
    for wrong in ("9990000000", now):
        assert command.run("patient", "renumber", now, wrong, "--do").returncode == 1


def test_a_withdrawal_is_shown_first_and_done_when_told(command: CommandLine, patient: str) -> None:
    told = command.run("patient", "withdraw", patient)
    assert (told.returncode, "2 entries" in told.stdout, patient in told.stdout) == (0, True, False)
    assert not any("closed" in entry["reasons"] for entry in _explained(command, patient)["entries"])
    assert command.run("patient", "withdraw", patient, "--do").returncode == 0
    assert all("closed" in entry["reasons"] for entry in _explained(command, patient)["entries"])
    assert command.run("patient", "withdraw", patient, "--do").returncode == 1
    assert command.run("patient", "renumber", patient, unknown_number(), "--do").returncode == 1
    again = json.dumps(bundle(patient)).encode()
    assert command.json("ingest", "-", "--register", "Y90101", stdin=again)["quarantined"] == 2


def test_a_death_recorded_in_error_is_taken_back(command: CommandLine, patient: str) -> None:
    before = _explained(command, patient)["entries"]
    assert command.run("patient", "died", patient, "--undo", "--do").returncode == 1
    assert "--do" in command.run("patient", "died", patient).stdout
    assert _explained(command, patient)["entries"] == before
    assert command.run("patient", "died", patient, "--do").returncode == 0
    assert all("deceased" in entry["reasons"] for entry in _explained(command, patient)["entries"])
    assert command.run("patient", "died", patient, "--do").returncode == 1
    assert command.run("patient", "died", patient, "--undo", "--do").returncode == 0
    assert _explained(command, patient)["entries"] == before


@pytest.mark.parametrize("told", [{"deceasedDateTime": "2025-03-02"}, {"deceasedBoolean": True}])
def test_a_death_that_the_source_tells_ends_access(command: CommandLine, patient: str, told: dict[str, Any]) -> None:
    """Who already read the record reads nothing more; that a later delivery says nothing of it takes nothing back."""
    sent: Any = bundle(patient)
    assert not any("deceased" in entry["reasons"] for entry in _explained(command, patient)["entries"])
    sent["entry"][0]["resource"] |= told
    command.json("ingest", "-", stdin=json.dumps(sent).encode())
    for _ in range(2):
        assert all("deceased" in entry["reasons"] for entry in _explained(command, patient)["entries"])
        command.json("ingest", "-", stdin=json.dumps(bundle(patient)).encode())
    assert command.run("patient", "died", patient, "--undo", "--do").returncode == 0
    assert not any("deceased" in entry["reasons"] for entry in _explained(command, patient)["entries"])


def test_a_death_is_told_of_who_was_not_known(command: CommandLine) -> None:
    number = unknown_number()
    sent: Any = bundle(number)
    sent["entry"][0]["resource"]["deceasedDateTime"] = "2025-03-02"
    command.json("ingest", "-", "--register", "Y90101", stdin=json.dumps(sent).encode())
    assert all("deceased" in entry["reasons"] for entry in _explained(command, number)["entries"])


def test_a_patient_moves_leaves_and_comes_back(command: CommandLine, patient: str) -> None:
    into, day = "Y90108", "2025-03-04"
    command.json("practice", "add", into, "--name", "Far Surgery", "--go-live", "2020-01-01")
    known = registry.patient_by_nhs_number(NhsNumber(patient))
    assert known is not None
    move = ("patient", "move", patient, "Y90101", into, "--on", day)
    assert "--do" in command.run(*move).stdout
    assert [stay.ods for stay in registry.registrations(known.patient_id)] == ["Y90101"]
    assert command.run(*move, "--do").returncode == 0
    before, now = registry.registrations(known.patient_id)
    assert (before.ods, str(before.end), now.ods, str(now.start), now.end) == ("Y90101", day, into, day, None)
    assert all("deducted" in entry["reasons"] for entry in _explained(command, patient)["entries"])
    assert command.run(*move, "--do").returncode == 1, "they are not there any more"
    deduct = ("patient", "deduct", patient, into, "--on", "2025-03-05")
    assert "--do" in command.run(*deduct).stdout
    assert command.run(*deduct, "--do").returncode == 0
    assert str(registry.registrations(known.patient_id)[1].end) == "2025-03-05"
    register = ("patient", "register", patient, "Y90101", "--on", "2025-03-06")
    assert command.run(*register, "--do").returncode == 0
    assert command.run(*register, "--do").returncode == 1, "once is enough"
    assert registry.registrations(known.patient_id)[-1].ods == "Y90101"
    assert command.run("patient", "register", patient, "Y99999", "--do").returncode == 1


def test_an_address_is_flagged(command: CommandLine, patient: str) -> None:
    assert "--do" in command.run("patient", "flag-address", patient).stdout
    assert command.run("patient", "flag-address", patient, "--do").returncode == 0
    known = registry.patient_by_nhs_number(NhsNumber(patient))
    assert known is not None
    assert known.address_flagged
    assert command.run("patient", "flag-address", patient, "--do").returncode == 1
    assert command.run("patient", "flag-address", patient, "--undo", "--do").returncode == 0
    assert command.run("patient", "flag-address", patient, "--undo", "--do").returncode == 1


def test_after_a_change_of_system_copies_of_what_is_hidden_are_held(command: CommandLine) -> None:
    """The new system calls the same entries by other ids: nothing else says that one of them was hidden."""
    number, ods = unknown_number(), "Y90107"
    command.json("practice", "add", ods, "--name", "Moving Surgery", "--go-live", "2020-01-01")
    old = json.dumps(bundle(number, entries=1, id="old")).encode()
    command.json("ingest", "-", "--register", ods, stdin=old)
    (before,) = _explained(command, number)["entries"]
    patient = registry.patient_by_nhs_number(NhsNumber(number))
    assert patient is not None
    entry = next(iter(screening.facts(patient.patient_id)))
    acts.hide(
        patient_id=patient.patient_id, entry_id=entry, reason=HideReason.OTHER, responsible=None,
        by=operator(), at=clock.now(),
    )  # fmt: skip
    since = clock.now().isoformat()
    new = json.dumps(bundle(number, entries=2, onsetDateTime="2025-03-01")).encode()
    command.json("ingest", "-", "--first-load", stdin=new)
    assert command.json("practice", "alike", ods, "--since", "2035-01-01")["entries"] == []
    found = command.json("practice", "alike", ods, "--since", since)
    assert (len(found["entries"]), found["held"]) == (2, False)
    assert before["entry"] not in {one["entry"] for one in found["entries"]}
    assert "--hold" in command.run("practice", "alike", ods, "--since", since).stdout
    assert len(command.json("practice", "alike", ods, "--since", since, "--hold")["entries"]) == 2
    held = [entry for entry in _explained(command, number)["entries"] if entry["entry"] != before["entry"]]
    assert all("held_contact" in entry["reasons"] for entry in held)
    assert "nothing" in command.run("practice", "alike", ods, "--since", since).stdout
    assert command.run("practice", "alike", "Y99999", "--since", since).returncode == 1


def test_a_practice_that_goes_into_another_keeps_its_decisions(command: CommandLine) -> None:
    old, into = "Y90105", "Y90106"
    numbers = unknown_numbers(2)
    for ods in (old, into):
        command.json("practice", "add", ods, "--name", "Merging Surgery", "--go-live", "2020-01-01")
    for number in numbers:
        told = json.dumps(bundle(number, entries=1)).encode()
        command.json("ingest", "-", "--register", old, stdin=told)
    known = [registry.patient_by_nhs_number(NhsNumber(number)) for number in numbers]
    first, second = (patient.patient_id for patient in known if patient is not None)
    entry = next(iter(screening.facts(first)))
    acts.hide(
        patient_id=first, entry_id=entry, reason=HideReason.OTHER, responsible=None, by=operator(), at=clock.now()
    )
    assert "2 patients" in command.run("practice", "move", old, into).stdout
    assert [stay.ods for stay in registry.registrations(second)] == [old]
    assert command.run("practice", "move", old, into, "--do").returncode == 0
    for patient_id in (first, second):
        before, now = registry.registrations(patient_id)
        assert (before.ods, now.ods, before.end, now.end) == (old, into, now.start, None)
    assert screening.facts(first)[entry].stance.hides == {HideReason.OTHER}
    assert all("deducted" in one["reasons"] for one in _explained(command, numbers[0])["entries"])
    assert "0 patients" in command.run("practice", "move", old, into, "--do").stdout
    assert command.run("practice", "move", old, old).returncode == 1
    assert command.run("practice", "move", old, "Y99999").returncode == 1


def test_a_clock_behind_the_trail_serves_nobody(installation: Installation) -> None:
    """A machine that woke up in the past would open what has ended."""
    ahead = (
        "import django; django.setup()\n"
        "from datetime import timedelta\n"
        "from openrecord.audit import tasks\n"
        "from openrecord.kit import clock\n"
        "from openrecord.ops import stops\n"
        "import argparse\n"
        "now = clock.now()\n"
        "stops.close(argparse.Namespace(scope='channel', which='web', reason='exercise'))\n"
        "tasks.seal(at=now + timedelta(minutes=6))\n"
    )
    settings = {**installation.settings, "DJANGO_SETTINGS_MODULE": "openrecord.config.settings"}
    subprocess.run([sys.executable, "-c", ahead], env=settings, check=True, timeout=60)
    done = installation.run("serve", "--port", "0")
    assert done.returncode == 1
    assert b"clock" in done.stderr
    findings = json.loads(installation.run("doctor", "--json").stdout)["findings"]
    assert [found["well"] for found in findings if found["what"] == "clock"] == [False]


def test_exposure_of_what_nobody_read(command: CommandLine, patient: str) -> None:
    entry = _explained(command, patient)["entries"][0]["entry"]
    assert command.json("exposure", entry)["exposures"] == []
    assert command.run("exposure", "0f8fad5b-d9cb-469f-a165-70867728950e").returncode == 1


def test_staff_first_the_trail_and_the_doctor(installation: Installation) -> None:
    """On a data folder of its own: what holds for a whole installation."""
    assert installation.run("practice", "add", "Y90101", "--name", "Made-up Surgery").returncode == 0
    typed = ("staff", "first", "--issuer", "https://login.example", "--subject", "s1", "--name", "Mo Ledger",
             "--organisation", "Y90101", "--roles", "manager, screener")  # fmt: skip
    assert installation.run(*typed).returncode == 0
    again = installation.run(*typed)
    assert again.returncode == 1
    assert b"already" in again.stderr
    assert installation.run("practice", "add", "Y90102", "--name", "Other Surgery").returncode == 0
    other = ("staff", "add", *typed[2:5], "s2", "--name", "Ola Other", "--organisation", "Y90102", "--roles", "manager")
    assert installation.run(*other).returncode == 0
    assert installation.run(*other).returncode == 1, "one account, one member of staff"
    [listed] = json.loads(installation.run("staff", "list", "Y90102", "--json").stdout)
    assert (listed["name"], listed["roles"]) == ("Ola Other", "manager")
    stop = ("staff", "stop", listed["staff"], "--reason", "left")
    assert [installation.run(*stop).returncode for _ in range(2)] == [0, 1]
    assert json.loads(installation.run("staff", "list", "Y90102", "--json").stdout) == []
    verdict = json.loads(installation.run("audit", "verify", "--json").stdout)
    assert (verdict["ok"], verdict["unsealed"], verdict["problems"]) == (True, 0, [])
    assert verdict["seals"] >= 3
    assert json.loads(installation.run("doctor", "--json").stdout)["ok"] is True


def test_the_doctor_is_not_well_while_codes_and_settings_disagree(command: CommandLine) -> None:
    """What stands open anywhere is counted, decisions that nobody took as well (R38)."""
    before = _findings(command)
    town = made.new_town(Policy())
    undecided, paused = town.patient("Undecided"), town.patient("Paused")
    for patient in (undecided, paused):
        made.account(patient)
    made.code(undecided, "104")
    made.record(paused, events.Paused())
    during = _findings(command)
    assert (during["decisions"]["well"], during["drift"]["well"]) == (False, False)
    assert _number(during["decisions"]) == _number(before["decisions"]) + 1
    assert _number(during["drift"]) == _number(before["drift"]) + 1
    made.record(undecided, events.EnhancedReviewDecided(keep=True))
    made.record(paused, events.Resumed())
    after = _findings(command)
    assert [_number(after[what]) for what in ("decisions", "drift")] == [
        _number(before[what]) for what in ("decisions", "drift")
    ]


def _findings(command: CommandLine) -> dict[str, dict[str, Any]]:
    said = json.loads(command.run("doctor", "--json").stdout)
    return {finding["what"]: finding for finding in said["findings"]}


def _number(finding: dict[str, Any]) -> int:
    return int(finding["told"].split()[0])


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    fresh = Installation(tmp_path / "fresh")
    (tmp_path / "fresh").mkdir()
    done = fresh.run("doctor", "--json")
    assert done.returncode == 1
    findings = {finding["what"]: finding["well"] for finding in json.loads(done.stdout)["findings"]}
    assert findings == {"key": True, "card keys": None, "database": False}
    assert list((tmp_path / "fresh").iterdir()) == []


def test_demo_commands_exist_in_the_demo_only(installation: Installation) -> None:
    done = installation.run("demo", "token", "--persona", "amina-yusuf")
    assert done.returncode == 1
    assert b"demonstration only" in done.stderr


def test_the_installed_command_finds_the_demonstration_from_any_folder(tmp_path: Path) -> None:
    """As `make demo` tells it to a newcomer: the command of the environment, not the module."""
    fresh = Installation(tmp_path / "data", mode="demo")
    assert fresh.run("migrate", "--quiet").returncode == 0
    installed = Path(sys.executable).with_name("openrecord")
    done = subprocess.run(
        [str(installed), "demo", "token", "--persona", "nobody-at-all"],
        cwd=tmp_path, env=fresh.settings, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"run `make demo` first" in done.stderr


def test_wrong_settings_are_said_in_one_line(tmp_path: Path) -> None:
    done = Installation(tmp_path, mode="prod").run("doctor")
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
