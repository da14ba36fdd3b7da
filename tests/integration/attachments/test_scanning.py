"""The scanner behind its socket: every answer, half answers and none; what the worker makes of each."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from openrecord.attachments import queries, tasks
from openrecord.audit.sources import CHANGE
from openrecord.clinical.incoming import FileState
from openrecord.gateways import clamav
from openrecord.gateways.clamav import ClamAv, scanner
from openrecord.gateways.scanning import NotScanned
from openrecord.kit.environment import MissingSetting
from openrecord_demo import scanner as stand_in
from tests import made_files
from tests.dripping import Dripping
from tests.integration.attachments.world import clamd, document
from tests.integration.fhir.world import AT, Record

PDF = made_files.pdf()
Answering = Callable[[Any, Any], None]


def _reads_all(rfile: Any) -> bytes:
    assert rfile.read(10) == b"zINSTREAM\0"
    content = bytearray()
    while size := int.from_bytes(rfile.read(4)):
        content += rfile.read(size)
    return bytes(content)


def says(answer: bytes) -> Answering:
    """A daemon that reads all and answers so."""

    def answering(rfile: Any, wfile: Any) -> None:
        _reads_all(rfile)
        wfile.write(answer)

    return answering


def _asked(address: str, content: bytes = PDF) -> str:
    found = scanner_at(address)
    return found.scan([content[:100], b"", content[100:]])


def scanner_at(address: str) -> ClamAv:
    host, _, port = address.removeprefix("tcp://").partition(":")
    return ClamAv(host, int(port))


def test_the_daemon_gets_every_byte() -> None:
    got: list[bytes] = []

    def answering(rfile: Any, wfile: Any) -> None:
        got.append(_reads_all(rfile))
        wfile.write(b"stream: OK\0")

    with clamd(answering) as address:
        assert _asked(address) == ""
    assert got == [PDF]


def test_what_is_found_has_a_name() -> None:
    with clamd(says(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")) as address:
        assert _asked(address) == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    ("answer", "reason", "for_good"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "too_large_for_scanner", True),
        (b"stream: OK", "no_answer", False),
        (b"", "no_answer", False),
        (b"stream: \xff\xfe FOUND\0", "no_answer", False),
        (b"stream: lstat() failed. ERROR\0", "no_answer", False),
        (b"UNKNOWN COMMAND\0", "no_answer", False),
        (b"stream: OK\nstream: X FOUND\0", "no_answer", False),
        (b"x" * 10_000, "no_answer", False),
    ],
)
def test_only_a_whole_answer_is_one(answer: bytes, reason: str, *, for_good: bool) -> None:
    with clamd(says(answer)) as address, pytest.raises(NotScanned) as error:
        _asked(address)
    assert (error.value.reason, error.value.for_good) == (reason, for_good)


def test_a_daemon_that_has_had_enough_in_the_middle_is_understood() -> None:
    def answering(rfile: Any, wfile: Any) -> None:
        rfile.read(20)
        wfile.write(b"INSTREAM size limit exceeded. ERROR\0")

    with clamd(answering) as address, pytest.raises(NotScanned) as error:
        scanner_at(address).scan([bytes(1 << 16)] * 200)
    assert error.value.reason in {"too_large_for_scanner", "not_reached"}


def test_a_daemon_that_says_a_byte_now_and_then_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamav, "WHOLE_SCAN", 0.3)
    slow = Dripping(b"stream: ", again=True)
    try:
        with pytest.raises(NotScanned) as refused:
            _asked(f"tcp://127.0.0.1:{slow.port}")
    finally:
        slow.end()
    assert (refused.value.reason, refused.value.for_good) == ("not_reached", False)


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = taken.getsockname()[1]
        with pytest.raises(NotScanned) as error:
            ClamAv("127.0.0.1", free).scan([PDF])
    assert (error.value.reason, error.value.for_good) == ("not_reached", False)
    with pytest.raises(NotScanned):
        ClamAv(path="/nowhere/clamd.ctl").scan([PDF])


@pytest.mark.parametrize("told", ["127.0.0.1:3310", "tcp://host", "http://host:1", "unix://host/path", "tcp://h:x"])
def test_a_setting_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("OPENRECORD_CLAMAV", told)
    with pytest.raises(MissingSetting):
        scanner()


def test_settings_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENRECORD_CLAMAV", raising=False)
    assert scanner() is None
    monkeypatch.setenv("OPENRECORD_CLAMAV", "tcp://clamd.internal:3310")
    assert scanner() == ClamAv("clamd.internal", 3310)
    monkeypatch.setenv("OPENRECORD_CLAMAV", "unix:///run/clamav/clamd.ctl")
    assert scanner() == ClamAv(path="/run/clamav/clamd.ctl")


def _states(record: Record) -> list[FileState]:
    mine = [file for patient, file in queries.waiting(10_000) if patient == record.patient.patient_id]
    return [file.state for file in mine]


def test_what_nobody_can_look_at_waits_and_is_tried_again(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record.deliver(document("d", ("application/pdf", PDF)))
    monkeypatch.delenv("OPENRECORD_CLAMAV", raising=False)
    assert tasks.check_waiting(AT) == 0
    with clamd(says(b"stream: OK")) as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        assert tasks.check_waiting(AT) == 0
    assert tasks.check_waiting(AT) == 0
    assert _states(record) == [FileState.WAITING]
    with stand_in.running() as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        while tasks.check_waiting(AT):
            pass
    assert _states(record) == []


def test_one_file_that_upsets_the_daemon_does_not_stop_the_others(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stand_in.running() as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        while tasks.check_waiting(AT):
            pass

    def answering(rfile: Any, wfile: Any) -> None:
        content = _reads_all(rfile)
        if b"upsetting" not in content:
            wfile.write(b"stream: OK\0")

    record.deliver(document("bad", (None, made_files.pdf("upsetting"))))
    record.deliver(*(document(f"good{number}", (None, made_files.pdf(f"good {number}"))) for number in range(3)))
    with clamd(answering) as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        done = [tasks.check_waiting(AT) for _ in range(3)]
    assert (sum(done), _states(record)) == (3, [FileState.WAITING])


def test_a_file_too_large_for_the_scanner_is_refused_once(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    record.deliver(document("d", ("application/pdf", made_files.pdf("large"))))
    with clamd(says(b"INSTREAM size limit exceeded. ERROR\0")) as address:
        monkeypatch.setenv("OPENRECORD_CLAMAV", address)
        while tasks.check_waiting(AT):
            pass
    assert _states(record) == []
    sql = "SELECT details FROM audit_change WHERE patient_id = %s AND event = 'attachment.checked'"
    ((details,),) = CHANGE.fetch(sql, (record.patient.patient_id,))
    assert '"state":"unchecked"' in details
