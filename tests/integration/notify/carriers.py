"""Carriers as they behave towards us: a mail server and GOV.UK Notify, each on a socket of its own."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.waiting import ended


@dataclass
class Mailbox:
    """A mail server. `answers`: what it says to a recipient (else 250); `leave`: how it answers QUIT (empty = not at
    all); `mails`: what it took.
    """

    port: int = 0
    leave: str = "221 bye"
    answers: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Speaks as much SMTP as a sender needs."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word in {b"EHLO", b"HELO"}:
                    self._say("250 here")
                elif word == b"RCPT":
                    address = line.decode().partition("<")[2].partition(">")[0]
                    self._say(box.answers.get(address, "250 ok"))
                elif word == b"DATA":
                    self._say("354 go on")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    found = message_from_bytes(b"".join(lines), policy=policy.default)
                    box.mails.append(cast("EmailMessage", found))
                    self._say("250 taken")
                elif word == b"QUIT":
                    if box.leave:
                        self._say(box.leave)
                    return
                else:
                    self._say("250 ok")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True  # or the end waits for whoever does not hang up
        box.port = server.server_address[1]
        yield from _running(server, box)


@dataclass
class Notify:
    """GOV.UK Notify. `status`: answers every call with this one instead; `fates`: what it says of a message."""

    url: str = ""
    status: int | None = None
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)


@contextmanager
def notify_server() -> Iterator[Notify]:
    """The three calls that are made of it."""
    notify = Notify()

    class Session(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note()
            path = urlsplit(self.path)
            if path.path == "/v2/notifications":
                wanted = parse_qs(path.query)["reference"][0]
                listed = [
                    {"id": key, "status": notify.fates.get(key, "sending")}
                    for key, body in notify.sent.items()
                    if body["reference"] == wanted
                ]
                self._answer(200, {"notifications": listed})
            else:
                key = path.path.rpartition("/")[2]
                self._answer(200 if key in notify.sent else 404, {"status": notify.fates.get(key, "sending")})

        def do_POST(self) -> None:
            self._note()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = str(uuid4())
            if notify.status is None:
                notify.sent[key] = body | {"kind": self.path.rpartition("/")[2]}
            self._answer(201, {"id": key})

        def _note(self) -> None:
            notify.tokens.append(self.headers["Authorization"].removeprefix("Bearer "))

        def _answer(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(notify.status or status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Session) as server:
        notify.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield from _running(server, notify)


def _running(server: socketserver.BaseServer, what: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield what
    finally:
        server.shutdown()
        ended(thread)
