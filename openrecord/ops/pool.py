"""Several processes that work through a list, one item at a time each. A process that dies costs its own item only.

Processes are started afresh (spawn), so that no connection, lock or thread of ours is shared.
"""

import gc
import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

import django

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

DEATHS_IN_A_ROW = 5
"""So many and no answer in between: no process can live here, and no more are started."""


class Died:
    """Stands for the outcome of an item whose process ended before it could answer."""


class _Helper(Generic[Item, Outcome]):
    """One process, the pipe to it and the item it works on."""

    def __init__(self, prepare: Callable[[], Callable[[Item], Outcome]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        packed = pickle.dumps(prepare)
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs, packed), daemon=True)
        self.process.start()
        theirs.close()
        self.item: Item | None = None

    def give(self, item: Item) -> None:
        self.item = item
        try:
            self.pipe.send(item)
        except OSError:
            return  # it has died: taking its answer says so

    def take(self) -> Outcome | Died:
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            return Died()
        return outcome

    def end(self) -> None:
        self.pipe.close()
        self.process.join()


def spare_the_collector() -> None:
    """Look for cycles seldom: reading makes many objects and no cycles (a third of the time went into looking)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def _work(pipe: Connection, packed: bytes) -> None:
    """In the process: answer until nobody asks any more. Ctrl-C is the parent's to handle.

    The work comes packed, because stations can be imported only once Django is set up.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    django.setup()
    spare_the_collector()
    do = pickle.loads(packed)()  # noqa: S301  packed by our own parent process
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        pipe.send(do(item))


def spread(
    items: Iterable[Item], *, prepare: Callable[[], Callable[[Item], Outcome]], processes: int
) -> Iterator[tuple[Item, Outcome | Died]]:
    """Each item with its outcome, in the order they get done. `prepare` runs once in each process and gives the work.

    `prepare`, items and outcomes are pickled.
    """
    left = deque(items)
    helpers: dict[Connection, _Helper[Item, Outcome]] = {}
    deaths = 0
    try:
        while left or helpers:
            while left and len(helpers) < processes and deaths < DEATHS_IN_A_ROW:
                helper = _Helper(prepare)
                helper.give(left.popleft())
                helpers[helper.pipe] = helper
            if not helpers:
                yield from ((item, Died()) for item in left)
                return
            for pipe in [pipe for pipe in wait(list(helpers)) if isinstance(pipe, Connection)]:
                helper = helpers[pipe]
                item, outcome = helper.item, helper.take()
                deaths = deaths + 1 if isinstance(outcome, Died) else 0
                if left and not deaths:
                    helper.give(left.popleft())
                else:
                    del helpers[pipe]
                    helper.end()
                if item is not None:
                    yield item, outcome
    finally:
        for helper in helpers.values():
            helper.end()
