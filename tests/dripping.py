"""A service that never ends what it says: byte by byte, so that no limit between two bytes is ever reached."""

import socket
import threading


class Dripping:
    """Says `said`, one byte every hundredth of a second, then nothing more; `again`: from the beginning, for ever."""

    def __init__(self, said: bytes, *, again: bool = False) -> None:
        self._said, self._again = said, again
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.asked += 1
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection:
            while not self._over.is_set():
                for byte in self._said:
                    if self._over.wait(0.01):
                        return
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                if not self._again:
                    self._over.wait()

    def end(self) -> None:
        """Hang up."""
        self._over.set()
        self._listening.close()
