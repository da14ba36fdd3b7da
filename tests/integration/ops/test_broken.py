"""The disk, the key, the settings or the journal are not what they should be: it is said in words, and nothing is made
that looks well and is not.
"""

import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from sqlcipher3 import dbapi2 as sqlcipher

from openrecord.db import keys
from openrecord.db.sqlcipher.base import PAGE_SIZE, set_key
from tests.integration.ops.conftest import CommandLine, Installation
from tests.integration.ops.restoring import ANN, ON_SQLITE, act, lose, refused
from tests.soak.stores import Store

DOOR = {"OPENRECORD_LOGIN_ISSUER": "https://i.example", "OPENRECORD_LOGIN_CLIENT": "us"}


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A page of the trail is as a dying disk leaves it."""
    made = Installation(tmp_path / "data")
    monkeypatch.setattr(Installation, "settings", {**made.settings, "OPENRECORD_KEY": os.environ["OPENRECORD_KEY"]})
    assert made.run("migrate", "--quiet").returncode == 0
    assert made.run("backup", str(tmp_path / "whole")).returncode == 0
    file = made.data / "openrecord.db"
    with closing(sqlcipher.connect(str(file))) as reader:
        set_key(reader, keys.derived("database"))
        (page,) = reader.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit_seal'").fetchone()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * PAGE_SIZE)
        opened.write(b"x" * 20)
    return made


def test_no_backup_is_made_of_a_damaged_database(damaged: Installation, tmp_path: Path) -> None:
    done = damaged.run("backup", str(tmp_path / "worthless"))
    assert done.returncode == 1
    assert b"the database is damaged" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if "worthless" in path.name] == []
    assert damaged.run("restore", str(tmp_path / "whole"), "--replace", "--without-journal").returncode == 0
    assert damaged.run("doctor").returncode == 0


def test_the_doctor_looks_on_where_a_part_of_the_database_is_damaged(damaged: Installation) -> None:
    done = damaged.run("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert {"journal", "sign-in"} <= findings.keys()
    assert "openrecord restore" in "".join(finding["told"] for finding in findings.values())


@pytest.mark.parametrize(
    ("what", "word", "wrong"),
    [
        ("messages", "OPENRECORD_SMTP_URL", {"OPENRECORD_SMTP_URL": "smtp://a:port", "OPENRECORD_MAIL_FROM": "a@b"}),
        ("documents", "does not answer", {"OPENRECORD_CLAMAV": "tcp://127.0.0.1:9"}),
        ("sign-in", "staff (issuer, client or key file", {"OPENRECORD_STAFF_ISSUER": "https://i.example"}),
        ("sign-in", "patient (the key file", DOOR | {"OPENRECORD_LOGIN_KEY_FILE": os.devnull}),
        ("settings", "OPENRECORD_DOCUMENT_MIB", {"OPENRECORD_DOCUMENT_MIB": "0"}),
        ("settings", "OPENRECORD_HOSTS", {"OPENRECORD_PUBLIC_URL": "https://record.example.org"}),
    ],
)
def test_the_doctor_finds_what_cannot_work(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, what: str, word: str, wrong: dict[str, str]
) -> None:
    for name, text in wrong.items():
        monkeypatch.setenv(name, text)
    public_url = wrong.get("OPENRECORD_PUBLIC_URL", settings.PUBLIC_URL)
    with override_settings(PUBLIC_URL=public_url, ALLOWED_HOSTS=["127.0.0.1"]):
        done = command.run("doctor", "--json")
    (finding,) = [one for one in json.loads(done.stdout)["findings"] if one["what"] == what]
    assert (finding["well"], word in finding["told"]) == (False, True), finding


def test_a_database_of_a_newer_version_is_not_worked_on(command: CommandLine) -> None:
    """Somebody went back to an older one: it would not know what the newer one has hidden, nor how."""
    recorder = MigrationRecorder(connection)
    recorder.record_applied("access", "9999_of_a_newer_version")
    try:
        for words in (["ingest", os.devnull], ["worker", "--until-idle"], ["serve", "--port", "0"]):
            done = command.run(*words)
            assert (done.returncode, "newer version" in done.stderr) == (1, True), words
        assert "newer version" in command.run("doctor").stdout
    finally:
        recorder.record_unapplied("access", "9999_of_a_newer_version")


def test_a_disk_that_does_not_do_is_not_taken_for_a_wrong_key(tmp_path: Path) -> None:
    """A full one, or one that can only be read: SQLite cannot make the files that it needs."""
    here = Installation(tmp_path / "data")
    assert here.run("migrate", "--quiet").returncode == 0
    (here.data / "openrecord.db-wal").mkdir()
    for command in (["doctor"], ["viewers"], ["worker", "--until-idle"]):
        said = here.run(*command)
        told = said.stdout + said.stderr
        assert said.returncode == 1
        assert b"key does not" not in told, command
    assert b"is its disk full" in here.run("doctor").stdout


def test_a_data_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = Installation(tmp_path / "file" / "data").run("migrate", "--quiet")
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1), done.stderr
    assert b"data folder" in done.stderr


def test_another_key_is_said_to_be_another(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Installation(installation.data)
    monkeypatch.setattr(Installation, "settings", {**other.settings, "OPENRECORD_KEY": "7b" * 32})
    for command in (["doctor"], ["backup", "b"], ["worker", "--until-idle"]):
        done = other.run(*command)
        assert b"the key does not open the database" in done.stdout + done.stderr, command


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"OPENRECORD_KEY": "", "OPENRECORD_KEY_FILE": "{}/marked"}, "64 hexadecimal"),
        ({"OPENRECORD_KEY": "", "OPENRECORD_KEY_FILE": "{}/" + "k" * 300}, "key file"),
        ({"OPENRECORD_DATABASE_URL": "postgresql://127.0.0.1:port/x"}, "OPENRECORD_DATABASE_URL"),
        ({"OPENRECORD_DATABASE_URL": "postgresql://[::1/x"}, "OPENRECORD_DATABASE_URL"),
        ({"OPENRECORD_DATABASE_URL": "postgresql://127.0.0.1/x?sslmood=require"}, "sslmood"),
    ],
)
def test_settings_that_cannot_be_used_are_said_in_one_line(
    settings: dict[str, str], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + b"7a" * 32)
    here = Installation(tmp_path / "data")
    named = {name: text.format(tmp_path) for name, text in settings.items()}
    monkeypatch.setattr(Installation, "settings", {**here.settings, **named})
    done = here.run("migrate", "--quiet")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert word in done.stderr.decode()


def test_an_empty_database_beside_a_journal_of_acts_is_not_begun_anew(store: Store, tmp_path: Path) -> None:
    """Else the next delivery shows again what people had hidden."""
    if not ON_SQLITE:
        pytest.skip("a PostgreSQL database that is gone cannot be connected to")
    store.openrecord("backup", str(tmp_path / "backup"))
    act(store, "hide", ANN, "0")
    lose(store)
    for command in (
        ["migrate", "--quiet"],
        ["ingest", os.devnull],
        ["serve", "--port", "0"],
        ["worker", "--until-idle"],
    ):
        assert "restore" in refused(store, *command), command
    store.openrecord("restore", str(tmp_path / "backup"))
