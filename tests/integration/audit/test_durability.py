"""An acknowledged read is on the disk, whatever happens next; a read that is not on the disk is not acknowledged."""

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection

from openrecord.audit import group_commit, queries, reads, reads_file
from openrecord.audit.sources import ID, READ
from openrecord.audit.types import NotRecorded
from tests.integration.audit.trail import Trail, read
from tests.waiting import ended

WRITER = """
import os, sys, threading
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from openrecord.audit import reads
from tests.integration.audit.trail import read
def work():
    while True:
        os.write(1, reads.record_read(read()).hex.encode() + b"\\n")
for _ in range(8):
    threading.Thread(target=work).start()
"""
ENOUGH = 200


def ids_on_disk() -> set[UUID]:
    return {
        UUID(str(row[ID]))
        for writer in READ.highest(UUID(int=0))
        for row in READ.rows(writer, after=0, limit=1_000_000)
    }


def read_in_threads(threads: int, each: int) -> list[UUID]:
    acknowledged: list[UUID] = []

    def work(number: int) -> None:
        acknowledged.extend(reads.record_read(read(number)) for _ in range(each))
        connection.close()

    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        ended(thread)
    return acknowledged


def test_sixteen_threads_lose_nothing(trail: Trail) -> None:
    acknowledged = read_in_threads(16, 25)
    assert len(set(acknowledged)) == 400
    assert set(acknowledged) <= ids_on_disk()
    trail.seal()
    verdict = queries.verify()
    assert (verdict.ok, verdict.seals, verdict.unsealed) == (True, 400, 0)


@pytest.mark.usefixtures("sqlite_only", "trail")
def test_what_arrives_during_a_flush_is_flushed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    flush = group_commit.Flusher._flush
    started, go_on = threading.Event(), threading.Event()

    def counted(self: group_commit.Flusher, batch: list[group_commit._Waiting]) -> None:
        sizes.append(len(batch))
        started.set()
        assert go_on.wait(timeout=30)
        flush(self, batch)

    monkeypatch.setattr(group_commit.Flusher, "_flush", counted)
    flusher = group_commit.flusher()
    waiting = [group_commit._Waiting(read(number)) for number in range(16)]
    flusher._queue.put(waiting[0])
    assert started.wait(timeout=30)
    for later in waiting[1:]:
        flusher._queue.put(later)
    go_on.set()
    assert all(each.done.acquire(timeout=30) for each in waiting)
    assert sizes == [1, 15]
    assert {each.row_id for each in waiting} == ids_on_disk()


@pytest.mark.soak
def test_a_killed_writer_loses_no_acknowledged_read(trail: Trail) -> None:
    name = str(connection.settings_dict["NAME"])
    with subprocess.Popen([sys.executable, "-c", WRITER, name], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(ENOUGH)]
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.readlines()
    acknowledged = {UUID(line.decode().strip()) for line in lines if len(line) == 33}
    assert len(acknowledged) >= ENOUGH
    assert acknowledged <= ids_on_disk()
    trail.fill()
    trail.seal()
    verdict = queries.verify()
    assert verdict.ok
    assert verdict.unsealed == 0


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("sqlite_only")
def test_a_disk_that_refuses_reaches_the_waiting_request_and_leaves_no_gap(trail: Trail) -> None:
    trail.fill()
    written = reads_file.path().with_name("reads.db-wal").stat().st_size
    acknowledged, refused = [], 0
    with full_disk(written + 100_000):
        for _ in range(50):
            try:
                acknowledged.append(reads.record_read(read()))
            except NotRecorded:
                refused += 1
    assert refused > 0
    acknowledged.append(reads.record_read(read()))
    assert set(acknowledged) <= ids_on_disk()
    trail.seal()
    assert queries.verify().ok


@pytest.mark.usefixtures("sqlite_only")
def test_a_file_that_cannot_be_opened_refuses_every_read(trail: Trail) -> None:  # noqa: ARG001
    reads_file.path().write_bytes(b"not a database" * 5000)
    with pytest.raises(NotRecorded):
        reads.record_read(read())


@pytest.mark.usefixtures("postgres_only")
def test_a_database_that_refuses_reaches_the_request(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr(reads, "READ_INSERT_SQL", "INSERT INTO audit_read (patient_id) VALUES (NULL)")
    with pytest.raises(NotRecorded):
        reads.record_read(read())


@pytest.mark.usefixtures("sqlite_only")
def test_nothing_readable_lies_in_the_file(trail: Trail) -> None:
    trail.fill()
    group_commit.close()
    for suffix in ("", "-wal"):
        file = reads_file.path().with_name("reads.db" + suffix)
        assert not file.exists() or b"person-1" not in file.read_bytes()
