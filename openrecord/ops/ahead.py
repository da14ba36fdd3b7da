"""Reading ahead: other processes read files, so that this one, which alone writes, finds them read.

The embedded database has one writer at a time, and a second writing process would cost the first one its cache of
pages at each commit. So readers touch no database; they are started afresh (spawn) and need no Django.

A reader works through its share of the files in their order and waits where its answer is not fetched: it holds one
file at a time, and the pipe what is small. Readers have no effects, so they are ended without asking.
"""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from openrecord.clinical.reading import Format
from openrecord.ingest.rules.preparing import Prepared, from_bytes, prepare, to_bytes
from openrecord.ops import files
from openrecord.ops.pool import DEATHS_IN_A_ROW, Died, spare_the_collector

_READY = b"ready"
_NOT_PREPARED = b""


def read_ahead(
    paths: Sequence[Path], *, format: Format | None, readers: int
) -> Iterator[tuple[Path, Prepared | Died | None]]:
    """Each file, in exactly the order given, prepared: by a reader, or here as long as none has started.

    None: it could not be prepared, and whoever tries it again finds out why; standard input is never tried. Died: a
    reader ended unexpectedly over it.
    """
    left = deque(paths)
    started = [_Reader(format) for _ in range(readers)]
    try:
        while left and not (started and all(reader.is_ready() for reader in started)):
            yield left[0], prepared(left.popleft(), format)
        shares = list(left)
        for place, reader in enumerate(started):
            reader.give(shares[place::readers])
        for number, path in enumerate(shares):
            yield path, started[number % readers].answer()
    finally:
        for reader in started:
            reader.end()


def prepared(path: Path, format: Format | None) -> Prepared | None:
    """The file prepared; None where that fails, or where it can be read once only."""
    if str(path) == files.STDIN:
        return None
    try:
        return prepare(files.content(path), format)
    except Exception:  # noqa: BLE001  it fails again where it is accounted for
        return None


class _Reader:
    """One process and the files it has still to answer for."""

    def __init__(self, format: Format | None) -> None:
        self._format = format
        self._left: deque[Path] = deque()
        self._deaths = 0
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_read, args=(theirs, self._format), daemon=True)
        self._process.start()
        theirs.close()

    def is_ready(self) -> bool:
        """Whether it has started, or never will."""
        return self._pipe.poll()

    def give(self, paths: Sequence[Path]) -> None:
        """The files it is to answer for, once."""
        self._left = deque(paths)
        try:
            self._pipe.recv_bytes()
            self._pipe.send(paths)
        except (EOFError, OSError):
            return  # it has died: fetching its first answer says so

    def answer(self) -> Prepared | Died | None:
        """What it made of its next file. Where it has died over that, another goes on with those behind it."""
        self._left.popleft()
        try:
            sent = self._pipe.recv_bytes()
        except (EOFError, OSError):
            self._deaths += 1
            if self._left and self._deaths < DEATHS_IN_A_ROW:
                self.end()
                self._start()
                self.give(self._left)
            return Died()
        self._deaths = 0
        return None if sent == _NOT_PREPARED else from_bytes(sent)

    def end(self) -> None:
        """Stop it, whatever it is at."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _read(pipe: Connection, format: Format | None) -> None:
    """In the process: say that it has started, then answer for one file after the other until nobody listens any more.

    Ctrl-C is the parent's to handle.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spare_the_collector()
    try:
        pipe.send_bytes(_READY)
        for path in pipe.recv():
            pipe.send_bytes(_answer(path, format))
    except (EOFError, OSError):
        return


def _answer(path: Path, format: Format | None) -> bytes:
    found = prepared(path, format)
    try:
        return _NOT_PREPARED if found is None else to_bytes(found)
    except (OverflowError, ValueError, MemoryError):
        return _NOT_PREPARED
