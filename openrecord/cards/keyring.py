"""The keys that sign cards: a JWK Set in a file outside the data folder. The first signs, all are published.

Rotation puts a new private key in front; of the older ones only the public half has to stay, for as long as cards that
they signed are about. A key that got out is removed from the file: then no verifier believes its cards any more.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from openrecord.kit import environment

CURVE = "P-256"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by their `kid`, the one that signs in front. Empty: cards are not offered here."""

    keys: Mapping[str, ECKey]

    @property
    def signing(self) -> ECKey | None:
        """The key for new cards."""
        return next(iter(self.keys.values()), None)

    def private(self, kid: str) -> ECKey | None:
        """The key of this `kid` where it can still sign."""
        key = self.keys.get(kid)
        return key if key is not None and key.is_private else None


EMPTY = Keyring({})
_ring: Keyring | None = None
_lock = threading.Lock()


def keyring() -> Keyring:
    """The keys that the settings name, read once. Raises MissingSetting with what is wrong with the file."""
    global _ring
    with _lock:
        if _ring is None:
            named = environment.value("OPENRECORD_CARD_KEYS_FILE")
            _ring = EMPTY if named is None else _read(Path(named).absolute())
        return _ring


def usable() -> Keyring:
    """The keys; none while their file is wrong, which `openrecord doctor` says: pages then offer no cards."""
    try:
        return keyring()
    except environment.MissingSetting:
        return EMPTY


def use(ring: Keyring | None) -> None:
    """Use this keyring instead of what the settings say; None goes back to the settings."""
    global _ring
    with _lock:
        _ring = ring


def issuer() -> str:
    """The address that cards name as their issuer, without a slash at its end."""
    named = environment.value("OPENRECORD_CARD_ISSUER") or environment.required("OPENRECORD_PUBLIC_URL")
    return named.rstrip("/")


def _read(path: Path) -> Keyring:
    if path.is_relative_to(environment.data_folder()):
        raise environment.MissingSetting("OPENRECORD_CARD_KEYS_FILE must not lie inside the data folder")
    try:
        return parsed(path.read_bytes())
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise environment.MissingSetting(
            "OPENRECORD_CARD_KEYS_FILE must hold a JWK Set of P-256 keys, a private one in front"
        ) from error


def parsed(text: bytes) -> Keyring:
    """The keys of a JWK Set. Raises ValueError, KeyError, TypeError or JoseError for anything else."""
    listed = orjson.loads(text)["keys"]
    keys = [ECKey.import_key(_of_curve(each)) for each in listed]
    if not keys or not keys[0].is_private:
        raise ValueError("the first key must be private")
    return Keyring({key.thumbprint(): key for key in keys})


def _of_curve(key: Mapping[str, Any]) -> dict[str, Any]:
    """What makes the key, without its labels. Raises ValueError for a key that cannot sign ES256."""
    if (key["kty"], key["crv"]) != ("EC", CURVE):
        raise ValueError("not a P-256 key")
    return {name: key[name] for name in ("kty", "crv", "x", "y", "d") if name in key}


def with_new_key(ring: Keyring) -> bytes:
    """The file's content with a new key in front and, of the older ones, the public halves alone."""
    new = ECKey.generate_key(CURVE, private=True)
    older = [key.as_dict(private=False) for key in ring.keys.values()]
    return orjson.dumps({"keys": [new.as_dict(private=True), *older]}, option=orjson.OPT_INDENT_2)


def published(ring: Keyring, versions: Mapping[str, int]) -> dict[str, Any]:
    """The public key set. `versions`: of each key's revocation list, how many times it has been written."""
    return {
        "keys": [
            {**_public(key), "use": "sig", "alg": "ES256", "kid": kid, "crlVersion": versions[kid]}
            for kid, key in ring.keys.items()
        ]
    }


def _public(key: ECKey) -> dict[str, Any]:
    told = key.as_dict(private=False)
    return {name: told[name] for name in ("kty", "crv", "x", "y")}
