"""A stand-in for ClamAV's daemon on a socket of its own: it knows one thing that does harm, the EICAR test file.

It speaks INSTREAM as clamd does (clamd(8)); what it has read it forgets.
"""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner finds (eicar.org); harmless."""

MOST = 64 << 20
_COMMAND = b"zINSTREAM\0"


class _Answering(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """One question and its answer."""
        if self.rfile.read(len(_COMMAND)) != _COMMAND:
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = bytearray()
        while size := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(size)
            if len(content) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The address (as OPENRECORD_CLAMAV takes it) of a scanner that answers until the block ends."""
    server = _Server((host, port), _Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"tcp://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
