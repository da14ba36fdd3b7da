"""The master key and the keys derived from it.

One raw 256-bit key from OPENRECORD_KEY or a file outside the data folder. The demo alone makes its own, beside the
data folder, mode 0600. Each purpose gets a key of its own (HKDF-SHA256), so that none tells anything of another.
"""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openrecord.kit import environment


class BadKey(Exception):
    """The master key is missing, malformed or lies where it may not."""


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise BadKey(f"{where} must hold 64 hexadecimal characters") from error
    if len(key) != 32:
        raise BadKey(f"{where} must hold 64 hexadecimal characters (256 bits)")
    return key


def _demo_key_file() -> Path:
    data = environment.data_folder()
    return data.with_name(data.name + ".key")


def _make_demo_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")


@lru_cache(maxsize=1)
def master_key() -> bytes:
    """The 256-bit master key. Raises BadKey with what to do."""
    text = environment.value("OPENRECORD_KEY")
    if text:
        return _parse(text, "OPENRECORD_KEY")
    named = environment.value("OPENRECORD_KEY_FILE")
    if named is None and environment.mode() == "demo":
        path = _demo_key_file()
        _make_demo_key(path)
    elif named is None:
        raise BadKey("set OPENRECORD_KEY, or OPENRECORD_KEY_FILE to a file outside the data folder")
    else:
        path = Path(named).absolute()
    if path.is_relative_to(environment.data_folder()):
        raise BadKey("the key file must not lie inside the data folder")
    try:
        return _parse(path.read_text(encoding="ascii", errors="replace"), "the key file")
    except FileNotFoundError:
        raise BadKey("the key file does not exist") from None
    except OSError as error:
        raise BadKey(f"the key file cannot be read: {error.strerror}") from None


@lru_cache(maxsize=32)
def derived(purpose: str) -> bytes:
    """The 256-bit key for one purpose, such as "database" or "sign-in"."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"openrecord", info=purpose.encode()).derive(master_key())


def keyed_hash(purpose: str, text: str) -> bytes:
    """A 32-byte HMAC of `text`: equal texts match, nobody without the key can try texts out."""
    return hmac.new(derived(purpose), text.encode(), hashlib.sha256).digest()
