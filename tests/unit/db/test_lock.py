"""One writer at a time; whoever was stopped while writing holds up the others for a while, not for ever."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from openrecord.db import lock
from openrecord.db.lock import Busy, WriteLock
from tests.waiting import ended


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "database.lock"


@pytest.fixture
def held(file: Path) -> Iterator[int]:
    """Another process writes: a descriptor of its own holds the lock."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield descriptor
    os.close(descriptor)


def test_nobody_waits_for_ever(file: Path, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    own = WriteLock(file)
    for _ in range(3):
        with pytest.raises(Busy):
            own.acquire()
    fcntl.flock(held, fcntl.LOCK_UN)
    monkeypatch.setattr(lock, "PATIENCE", 60.0)
    own.acquire()
    with pytest.raises(BlockingIOError):
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    own.release()
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_whoever_waits_gets_it_when_it_is_free(file: Path, held: int) -> None:
    own, got = WriteLock(file), threading.Event()

    def write() -> None:
        own.acquire()
        got.set()
        own.release()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    assert not got.is_set()
    fcntl.flock(held, fcntl.LOCK_UN)
    for writer in writers:
        ended(writer)
    assert got.is_set()


def test_a_thread_that_does_not_let_go_is_not_waited_for_either(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)
    own = WriteLock(file)
    own.acquire()
    with pytest.raises(Busy):
        own.acquire()
    own.release()
    own.acquire()
    own.release()
