"""The worker's rounds: what is due runs, what fails is tried again, nothing of a record is logged."""

import argparse
import logging
import os
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from openrecord.flow import worker as working
from openrecord.flow.worker import Round, Task, Worker

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class _Counting:
    """A task that notes when it ran."""

    def __init__(self, done: int = 0) -> None:
        self.ran: list[datetime] = []
        self._done = done

    def __call__(self, at: datetime) -> int:
        self.ran.append(at)
        return self._done


def test_a_task_runs_at_once_and_then_when_it_is_due() -> None:
    often, seldom = _Counting(), _Counting()
    worker = Worker((Task("often", timedelta(), often), Task("seldom", MINUTE, seldom)))
    times = [NOON, NOON + MINUTE / 2, NOON + MINUTE]
    for at in times:
        worker.round(at)
    assert often.ran == times
    assert seldom.ran == [NOON, NOON + MINUTE]


def test_a_full_portion_means_that_more_is_waiting() -> None:
    assert Worker((Task("a", MINUTE, _Counting(3), portion=3),)).round(NOON) == Round(3, more=True)
    assert Worker((Task("a", MINUTE, _Counting(2), portion=3),)).round(NOON) == Round(2, more=False)
    assert Worker((Task("a", MINUTE, _Counting(3)),)).round(NOON) == Round(3, more=False)


def test_a_full_portion_goes_on_at_once() -> None:
    full, rest = _Counting(3), _Counting(2)
    worker = Worker((Task("full", MINUTE, full, portion=3), Task("rest", MINUTE, rest, portion=3)))
    worker.round(NOON)
    worker.round(NOON)
    assert len(full.ran) == 2
    assert len(rest.ran) == 1


def test_a_service_that_does_not_answer_stops_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trail is sealed and closed records are closed, however long a mail server or a scanner takes."""
    answered, rounds, waited = threading.Event(), [], []

    def sealed(at: datetime) -> int:
        rounds.append(at)
        if len(rounds) == 2:
            answered.set()
            os.kill(os.getpid(), signal.SIGTERM)
        return 1

    def hangs(_at: datetime) -> int:
        waited.append(answered.wait(10))
        return 0

    monkeypatch.setattr(working, "close_old_connections", lambda: None)
    monkeypatch.setattr(working, "TASKS", (Task("seal", timedelta(), sealed, portion=1),))
    monkeypatch.setattr(working, "BESIDE", ((Task("send", MINUTE, hangs),), ()))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert working.run(argparse.Namespace(until_idle=False, stop_with_parent=False)) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert waited == [True]


def test_a_failure_stops_no_other_is_tried_again_and_is_logged_by_its_kind_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = []

    def fail(at: datetime) -> int:
        tries.append(at)
        raise ValueError("Ottoline 999 123 4567")

    other = _Counting()
    worker = Worker((Task("fail", MINUTE, fail), Task("other", timedelta(), other)))
    with caplog.at_level(logging.DEBUG):
        worker.round(NOON)
        worker.round(NOON + timedelta(seconds=1))
    assert len(tries) == 2
    assert len(other.ran) == 2
    assert "ValueError" in caplog.text
    assert "Ottoline" not in caplog.text
