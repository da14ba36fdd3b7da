"""ClamAV's daemon, asked by its INSTREAM command (clamd(8)): pieces with their length before them, an empty one last.

Files go to it as they are: it has to run on this machine, or behind a network that nobody else listens to.
"""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from openrecord.gateways.patience import within
from openrecord.gateways.scanning import NotScanned
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting

PATIENCE = 60
"""Seconds that the daemon has for each step; it looks through a large file at the last one."""
WHOLE_SCAN = 300
"""Seconds for all steps together: one that says a byte now and then is not waited for."""

LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: ([ -~]{1,200}) FOUND")
_TOO_MUCH = "size limit exceeded"


@dataclass(frozen=True, slots=True)
class ClamAv:
    """A daemon behind a host and a port, or behind a socket of this machine (`path`)."""

    host: str = ""
    port: int = 0
    path: str = ""

    def scan(self, pieces: Iterable[bytes]) -> str:
        """What was found; empty = nothing. Raises NotScanned."""
        try:
            answer = within(WHOLE_SCAN, lambda: self._asked(pieces))
        except OSError:
            raise NotScanned("not_reached", for_good=False) from None
        if answer == "stream: OK":
            return ""
        if found := _FOUND.fullmatch(answer):
            return found[1]
        if _TOO_MUCH in answer:
            raise NotScanned("too_large_for_scanner", for_good=True)
        raise NotScanned("no_answer", for_good=False)

    def _asked(self, pieces: Iterable[bytes]) -> str:
        with self._connected() as line:
            return _ask(line, pieces)

    def _connected(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=PATIENCE)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        try:
            line.connect(self.path)
        except OSError:
            line.close()
            raise
        return line


def _ask(line: socket.socket, pieces: Iterable[bytes]) -> str:
    # the daemon answers and closes as soon as it has had too much
    with suppress(BrokenPipeError, ConnectionResetError):
        line.sendall(b"zINSTREAM\0")
        for piece in pieces:
            if piece:
                line.sendall(len(piece).to_bytes(4) + piece)
        line.sendall(bytes(4))
    return _answer(line)


def _answer(line: socket.socket) -> str:
    """What the daemon says, up to its zero byte; empty where it stopped before."""
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        part = line.recv(LONGEST_ANSWER)
        if not part:
            return ""
        said += part
    return said.partition(b"\0")[0].decode("ascii", errors="replace").strip()


def scanner() -> ClamAv | None:
    """The daemon that the settings name; None where they name none. Raises MissingSetting."""
    told = environment.value("OPENRECORD_CLAMAV")
    if told is None:
        return None
    parts = urlsplit(told)
    try:
        if parts.scheme == "unix" and parts.path and not parts.netloc:
            return ClamAv(path=parts.path)
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            return ClamAv(parts.hostname, parts.port)
    except ValueError:
        pass
    raise MissingSetting("OPENRECORD_CLAMAV must be tcp://host:port or unix:///path")
