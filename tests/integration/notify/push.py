"""A push service on a socket of its own, and the browsers behind it: what they were sent, decrypted with their keys."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from openrecord.gateways.web_push import to_octets, to_text
from tests.integration.notify.carriers import _running

_RAW = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass
class Pushed:
    """One message as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """`answers`: the status for a path (else 201)."""

    url: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    got: list[Pushed] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def push_service() -> Iterator[PushService]:
    """Takes messages for any path."""
    service = PushService()

    class Session(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.got.append(Pushed(self.path, dict(self.headers.items()), body))
            self.send_response(service.answers.get(self.path, 201))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Session) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield from _running(server, service)


@dataclass
class Browser:
    """A browser that subscribed: its private key never leaves it."""

    service: PushService
    path: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def form(self) -> dict[str, str]:
        """What its page would send to us."""
        public = self.key.public_key().public_bytes(*_RAW)
        return {"endpoint": self.service.url + self.path, "p256dh": to_text(public), "auth": to_text(self.secret)}

    def messages(self) -> list[Any]:
        """What it was sent, as its worker reads it."""
        return [self._opened(one.body) for one in self.service.got if one.path == self.path]

    def _opened(self, body: bytes) -> Any:
        salt, size, theirs, sealed = body[:16], body[20], body[21:86], body[86:]
        assert size == len(theirs)
        assert int.from_bytes(body[16:20]) >= len(sealed)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        ours = self.key.public_key().public_bytes(*_RAW)
        shared = self.key.exchange(ec.ECDH(), public)
        secret = HKDF(hashes.SHA256(), 32, self.secret, b"WebPush: info\0" + ours + theirs).derive(shared)
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        text, delimiter, rest = AESGCM(key).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert delimiter
        assert not rest.strip(b"\0")
        return json.loads(text)


def vapid_claims(pushed: Pushed, public_key: str) -> dict[str, Any]:
    """The claims of a message's token, its signature checked with the key that browsers were given."""
    scheme, _space, parts = pushed.headers["Authorization"].partition(" ")
    assert scheme == "vapid"
    named = dict(part.strip().split("=", 1) for part in parts.split(","))
    assert named["k"] == public_key
    point = to_octets(public_key)
    known = {"kty": "EC", "crv": "P-256", "x": to_text(point[1:33]), "y": to_text(point[33:])}
    return dict(jwt.decode(named["t"], ECKey.import_key(known), algorithms=["ES256"]).claims)
