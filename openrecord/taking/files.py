"""The files themselves: one for each download, sealed, in a folder of the data folder, under a name that says nothing.

They live for hours and are no part of a backup: what was lost is made again.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openrecord.db import keys
from openrecord.kit import environment
from openrecord.kit.ids import random_token
from openrecord.taking.types import DownloadId

_NONCE = 12
_PARTIAL = ".partial"


def folder() -> Path:
    """Where they lie."""
    return environment.data_folder() / "downloads"


def keep(download_id: DownloadId, content: bytes) -> None:
    """Seal a file and put it there, whole or not at all."""
    nonce = bytes.fromhex(random_token())[:_NONCE]
    place = _place(download_id)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = place.with_suffix(_PARTIAL)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(nonce + _cipher().encrypt(nonce, content, download_id.bytes))
    partial.rename(place)


def content(download_id: DownloadId) -> bytes | None:
    """What was kept; None where it is not there, or is not what was kept."""
    try:
        sealed = _place(download_id).read_bytes()
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], download_id.bytes)
    except (FileNotFoundError, InvalidTag, ValueError):
        return None


def remove(download_id: DownloadId) -> None:
    """Take a file away; also where there is none, or only a part of one."""
    place = _place(download_id)
    for each in (place, place.with_suffix(_PARTIAL)):
        each.unlink(missing_ok=True)


def kept() -> Iterator[DownloadId]:
    """The names of all files there, whole or not."""
    for name in {place.stem for place in folder().glob("*")}:
        with suppress(ValueError):
            yield DownloadId(UUID(hex=name))


def _place(download_id: DownloadId) -> Path:
    return folder() / download_id.hex


def _cipher() -> AESGCM:
    return AESGCM(keys.derived("download"))
