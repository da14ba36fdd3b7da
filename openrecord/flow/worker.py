"""`openrecord worker`: what the river does by itself: seal the trail, count views, forget, let policies act.

Every task may run at any time, also twice at once, and starts again where it stopped. A task that fails is tried
again a second later and stops no other.
"""

import argparse
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, chain

from django.db import close_old_connections, connections

from openrecord.access import queries as access
from openrecord.attachments import tasks as attachments
from openrecord.audit import tasks as audit
from openrecord.flow import steps
from openrecord.identity import tasks as identity
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.notify import tasks as notify
from openrecord.registry import tasks as registry
from openrecord.registry.types import PatientId
from openrecord.screening import queries as screening
from openrecord.screening import tasks as screening_tasks
from openrecord.taking import actions as taking
from openrecord.taking import sharing
from openrecord.taking.tasks import make_next
from openrecord.viewing import tasks as viewing

ROUND_SECONDS = 1.0
PATIENTS_A_ROUND, ENTRIES_A_ROUND = 50, 2_000
"""Few, so that the trail is sealed within a second while a whole practice moves; one long record by itself."""

PATIENTS_A_CHECK = 200
"""These are only read, in few statements, but for those about whom something has turned."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Something done every so often. `do` says how much it did; so much as `portion` means that more may wait, and then
    it goes on at once.
    """

    name: str
    every: timedelta
    do: Callable[[datetime], int]
    portion: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """How much one round did, and whether more is waiting already."""

    done: int
    more: bool


def settle_waiting(at: datetime) -> int:
    """Let changed policies act on the rows of some patients; how many. One that fails is shut until it can be moved."""
    failed: list[PatientId] = []
    while waiting := _few(access.patients_awaiting_policy(limit=PATIENTS_A_ROUND, but=failed)):
        if done := _done_of(waiting, lambda some: steps.settle_waiting(some, at=at)):
            return len(done)
        failed += waiting
    return 0


def _few(patients: Sequence[PatientId]) -> Sequence[PatientId]:
    """The first of these patients, as many as have so few entries together; one at least."""
    sizes = screening.entry_counts(patients)
    so_far = accumulate(sizes.get(patient_id, 0) for patient_id in patients)
    return patients[: max(1, sum(entries <= ENTRIES_A_ROUND for entries in so_far))]


def check_duties(at: datetime) -> int:
    """Look up what is open in front of staff about some patients who were not looked at today; how many."""
    failed: list[PatientId] = []
    while waiting := access.patients_unchecked(on=day_of(at), limit=PATIENTS_A_CHECK, but=failed):
        if done := _done_of(
            tuple(waiting), lambda some: steps.check_duties({each: waiting[each] for each in some}, at=at)
        ):
            return len(done)
        failed += waiting
    return 0


def _done_of(patients: Sequence[PatientId], do: Callable[[Sequence[PatientId]], None]) -> Sequence[PatientId]:
    """Do it for all of them, or, where that fails, for each alone, so that who fails stops no other; who was done."""
    try:
        do(patients)
    except Exception:  # noqa: BLE001  whatever it is, it is about one of them
        return [patient_id for patient_id in patients if _done_alone(patient_id, do)]
    return patients


def _done_alone(patient_id: PatientId, do: Callable[[Sequence[PatientId]], None]) -> bool:
    try:
        do([patient_id])
    except Exception as error:  # noqa: BLE001  the others must go on
        _log.error("the worker could not settle a patient's record: %s", type(error).__name__)
        return False
    return True


TASKS = (
    Task("seal the trail", timedelta(), lambda at: audit.seal(at=at)),
    Task("count views", timedelta(seconds=5), lambda _at: viewing.count()),
    Task("settle after a change of policy", timedelta(), settle_waiting, 1),
    Task("look at what waits", timedelta(), lambda _at: screening_tasks.look_at_new(), screening_tasks.PORTION),
    Task("take away left-over documents", timedelta(days=1), attachments.take_away_left_over),
    Task("check codes and settings", timedelta(), check_duties, PATIENTS_A_CHECK),
    Task("look for records of one person", timedelta(), registry.look_for_pairs, registry.PRACTICES_A_ROUND),
    Task("forget ended sessions", timedelta(minutes=1), identity.forget_ended),
    Task("forget files that were taken along", timedelta(minutes=1), taking.forget_over),
    Task("forget links that are over", timedelta(hours=1), sharing.forget_over),
)
LONG_TASKS = (Task("make files to take along", timedelta(), make_next, 1),)
"""These take seconds each."""

OUTSIDE_TASKS = (
    Task("have documents checked", timedelta(seconds=5), attachments.check_waiting, attachments.CHECKS_A_ROUND),
    Task("send messages", timedelta(seconds=5), notify.send_due, notify.SENDS_A_ROUND),
    Task("ask what became of messages", timedelta(minutes=1), notify.ask_fates, notify.SENDS_A_ROUND),
)
"""These wait for services of others, which may take long to answer or never do."""

BESIDE = (LONG_TASKS, *((task,) for task in OUTSIDE_TASKS))
"""Each has a thread of its own, so that meanwhile the trail is sealed and what was closed is closed; and a service that
does not answer holds up no other."""


class Worker:
    """Runs each task when it is due."""

    def __init__(self, tasks: tuple[Task, ...] = TASKS) -> None:
        self._tasks = tasks
        self._done: dict[str, datetime] = {}

    def round(self, at: datetime) -> Round:
        """Run what is due. A failure is logged by its type alone and tried again."""
        total, more = 0, False
        for task in self._tasks:
            last = self._done.get(task.name)
            if last is not None and at - last < task.every:
                continue
            try:
                done = task.do(at)
            except Exception as error:  # noqa: BLE001  whatever fails in one task must not stop the others
                _log.error("the worker could not %s: %s", task.name, type(error).__name__)
                connections.close_all()
            else:
                full = task.portion is not None and done >= task.portion
                if not full:
                    self._done[task.name] = at
                total += done
                more |= full
        return Round(total, more)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to end (SIGTERM, Ctrl-C); what is under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    print("OpenRecord's worker runs", flush=True)
    if arguments.until_idle:
        _work(Worker((*TASKS, *chain.from_iterable(BESIDE))), stop, arguments)
        return 0
    beside = [threading.Thread(target=_work, args=(Worker(tasks), stop, arguments)) for tasks in BESIDE]
    for thread in beside:
        thread.start()
    _work(Worker(TASKS), stop, arguments)
    stop.set()
    for thread in beside:
        thread.join()
    return 0


def _work(worker: Worker, stop: threading.Event, arguments: argparse.Namespace) -> None:
    """Rounds, until it is time to end or (where that is asked for) nothing is left to do."""
    parent = os.getppid()
    while not stop.is_set():
        last = worker.round(clock.now())
        close_old_connections()
        orphaned = arguments.stop_with_parent and os.getppid() != parent
        if orphaned or (arguments.until_idle and not last.done):
            break
        if not (last.more or arguments.until_idle):
            stop.wait(ROUND_SECONDS)
