"""Web Push: a message to one browser, through the push service that the browser named (RFC 8030).

The message is encrypted for that browser alone (RFC 8291, aes128gcm of RFC 8188) and always of one length, so that the
push service learns nothing but that there is one. We say who we are with a signed token (VAPID, RFC 8292). The browser
names the address: only hosts that the settings list are ever asked, or anybody could send us to a host of ours.
"""

import base64
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

from openrecord.gateways.messaging import AddressGone, Letter, NotSent
from openrecord.gateways.openid.settings import LOOPBACK
from openrecord.gateways.patience import asked
from openrecord.kit import environment
from openrecord.kit.environment import MissingSetting

LONGEST_ENDPOINT = 1000
_POINT, _SECRET, _SALT, _RECORD = 65, 16, 16, 4096
_LENGTH = 256
"""Octets of every message before it is encrypted, its delimiter included."""

_TOKEN_FOR = timedelta(hours=12)
"""RFC 8292 allows a day."""

_WRITABLE = re.compile("[!-~]+")
"""Characters of which an address may consist; one with others can be read, but nothing can be sent to it."""

_TOPIC = "news"
"""A newer message takes the place of one that the browser has not fetched (RFC 8030, 5.4)."""


def to_text(octets: bytes) -> str:
    """Base64url without padding, as all of Web Push writes octets."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def to_octets(text: str) -> bytes:
    """The octets of such a text. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser: where its push service takes messages, its public key, and a secret that it shares with us."""

    endpoint: str
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)

    def spelt(self) -> str:
        """As the address of a letter."""
        return orjson.dumps({"endpoint": self.endpoint, "p256dh": self.p256dh, "auth": self.auth}).decode()

    @property
    def point(self) -> ec.EllipticCurvePublicKey:
        """The browser's public key. Raises ValueError for what is no point of the curve."""
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to_octets(self.p256dh))


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription:
    """What a browser gave us. Raises ValueError where it is none."""
    made = Subscription(endpoint, p256dh, auth)
    if len(endpoint) > LONGEST_ENDPOINT or len(to_octets(p256dh)) != _POINT or len(to_octets(auth)) != _SECRET:
        raise ValueError("no subscription")
    _ = made.point
    return made


def allowed(endpoint: str, hosts: Sequence[str]) -> bool:
    """Whether an address may be asked at all. `hosts`: names, with a port where it is another; `*.` stands for any."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    name = parts.hostname or ""
    if parts.username or parts.password or parts.fragment or not _WRITABLE.fullmatch(endpoint):
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and name in LOOPBACK):
        return False
    shown = name if port is None else f"{name}:{port}"
    return any(shown == host or (host.startswith("*.") and shown.endswith(host[1:])) for host in hosts)


def encrypted(text: bytes, to: Subscription, *, key: ec.EllipticCurvePrivateKey, salt: bytes, length: int = 0) -> bytes:
    """The body of a message (RFC 8291, 3.4). `key`, `salt`: made for it alone; `length`: filled up to so much."""
    ours = _point(key.public_key())
    theirs = to_octets(to.p256dh)
    secret = _derived(
        key.exchange(ec.ECDH(), to.point), to_octets(to.auth), b"WebPush: info\0" + theirs + ours, length=32
    )
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", length=12)
    record = (text + b"\x02").ljust(length, b"\0")
    header = salt + _RECORD.to_bytes(4) + bytes([len(ours)]) + ours
    return header + AESGCM(content_key).encrypt(nonce, record, None)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, *, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass(frozen=True, slots=True)
class WebPush:
    """Us, as push services know us. `contact`: whom they may write to about it, a mailto: or https: address."""

    key: ECKey = field(repr=False)
    contact: str
    hosts: tuple[str, ...]
    tells_fate = False

    @property
    def public_key(self) -> str:
        """What a browser is given when it subscribes; a subscription is for this key alone."""
        return to_text(_point(self.key.public_key))

    def send(self, letter: Letter, *, at: datetime) -> str:
        """Hand a message over. Raises NotSent; AddressGone where the browser has given the address up."""
        to = Subscription(**orjson.loads(letter.to))
        if not allowed(to.endpoint, self.hosts):
            raise NotSent("host_not_listed", for_good=True)
        text = orjson.dumps({"title": letter.subject, "lang": letter.language})
        key = ec.generate_private_key(ec.SECP256R1())
        body = encrypted(text, to, key=key, salt=os.urandom(_SALT), length=_LENGTH)
        lives = 0 if letter.until is None else max(0, int((letter.until - at).total_seconds()))
        headers = {
            "Authorization": f"vapid t={self._token(to.endpoint, at)}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(lives),
            "Topic": _TOPIC,
            "Urgency": "normal",
        }
        status = asked("POST", to.endpoint, content=body, headers=headers).status_code
        if status in {404, 410}:
            raise AddressGone
        if status not in {200, 201, 202}:
            raise NotSent(f"status_{status}", for_good=status in {400, 413})
        return str(letter.key)

    def fate(self, reference: str, *, at: datetime) -> bool | None:  # noqa: ARG002
        """A push service does not say."""
        raise NotSent("not_told", for_good=True)

    def _token(self, endpoint: str, at: datetime) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((at + _TOKEN_FOR).timestamp()),
            "sub": self.contact,
        }
        return jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self.key, algorithms=["ES256"])


def new_key() -> bytes:
    """A key by which push services know us, as PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def configured() -> WebPush | None:
    """Us, as the environment says; None where it names no key. Raises MissingSetting."""
    file = environment.value("OPENRECORD_PUSH_KEY_FILE")
    if file is None:
        return None
    contact = environment.value("OPENRECORD_PUSH_CONTACT") or ""
    if not contact.startswith(("mailto:", "https://")):
        raise MissingSetting("OPENRECORD_PUSH_CONTACT must be a mailto: or https:// address")
    try:
        key = ECKey.import_key(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise MissingSetting("OPENRECORD_PUSH_KEY_FILE cannot be read, or holds no key") from error
    if key.curve_name != "P-256" or not key.is_private:
        raise MissingSetting("OPENRECORD_PUSH_KEY_FILE must hold a private key of the curve P-256")
    hosts = environment.required("OPENRECORD_PUSH_HOSTS").split(",")
    return WebPush(key, contact, tuple(host.strip() for host in hosts if host.strip()))
