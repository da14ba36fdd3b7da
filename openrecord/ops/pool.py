"""Several processes that work through a list, one item at a time each. A process that dies costs its own item only.

Processes are started afresh (spawn), so that no connection, lock or thread of ours is shared.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Died:
    """Stands for the outcome of an item whose process ended before it could answer."""


class _Helper(Generic[Item, Outcome]):
    """One process, the pipe to it and the item it works on."""

    def __init__(self, prepare: Callable[[], Callable[[Item], Outcome]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs, prepare), daemon=True)
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


def _work(pipe: Connection, prepare: Callable[[], Callable[[Item], Outcome]]) -> None:
    """In the process: answer until nobody asks any more. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    do = prepare()
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
    try:
        while left or helpers:
            while left and len(helpers) < processes:
                helper = _Helper(prepare)
                helper.give(left.popleft())
                helpers[helper.pipe] = helper
            for ready in wait(list(helpers)):
                helper = helpers[ready]  # type: ignore[index]  # what was waited for comes back
                item, outcome = helper.item, helper.take()
                if left and not isinstance(outcome, Died):
                    helper.give(left.popleft())
                else:
                    del helpers[helper.pipe]
                    helper.end()
                if item is not None:
                    yield item, outcome
    finally:
        for helper in helpers.values():
            helper.end()
