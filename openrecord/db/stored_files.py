"""Files in the data folder, encrypted piece by piece, so that a part is read without the rest.

A file is written once, under a random name and a key of its own. Its pieces are sealed by AES-256-GCM; the nonce counts
them and marks the last one, and each is bound to the file's size: a file that was cut off, altered, put together anew
or exchanged is no file. It is filled up to one of few lengths, so that its length tells hardly anything of its content.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openrecord.kit import environment

FOLDER = "documents"
MAGIC = b"openrecord file 1\n"
PIECE = 1 << 16
TAG = 16
UNFINISHED = ".part"


class NotReadable(Exception):
    """The file is not there, or not the one that was written; the message says which."""


def path_of(name: bytes) -> Path:
    """Where the file of this name (16 random bytes) lies."""
    spelt = name.hex()
    return folder() / spelt[:2] / spelt


def folder() -> Path:
    """Where all of them lie."""
    return environment.data_folder() / FOLDER


def pieces_for(size: int) -> int:
    """How many pieces a content of so many bytes is filled up to: at most an eighth more (Padmé rounding)."""
    needed = max(1, -(-size // PIECE))
    spare = max(0, needed.bit_length() - 1 - (needed.bit_length() - 1).bit_length())
    mask = (1 << spare) - 1
    return (needed + mask) & ~mask


def write(name: bytes, key: bytes, content: bytes) -> None:
    """Write a file; when it returns, all of it is on the disk under its name. `key`: 32 bytes, of this file alone."""
    target = path_of(name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_name(target.name + UNFINISHED)
    cipher, total, bound = AESGCM(key), pieces_for(len(content)), _bound(len(content))
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(MAGIC)
        for number in range(total):
            piece = content[number * PIECE : (number + 1) * PIECE].ljust(PIECE, b"\0")
            file.write(cipher.encrypt(_nonce(number, total), piece, bound))
        file.flush()
        os.fsync(file.fileno())
    partial.rename(target)
    for changed in (target.parent, folder(), folder().parent):
        _sync(changed)


def _sync(changed: Path) -> None:
    descriptor = os.open(changed, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nonce(number: int, total: int) -> bytes:
    return number.to_bytes(11) + bytes([number + 1 == total])


def _bound(size: int) -> bytes:
    return size.to_bytes(8)


def read(name: bytes, key: bytes, size: int, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """The bytes from `start` to before `stop` of a content of `size` bytes; only the pieces around them are read.

    Raises NotReadable: before anything is given out where the file is missing, of another length or wrong where the
    part begins; else where it comes to what is wrong.
    """
    parts = _opened(name, key, size, start, size if stop is None else stop)
    first = next(parts, b"")
    return _joined(first, parts)


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _opened(name: bytes, key: bytes, size: int, start: int, stop: int) -> Iterator[bytes]:
    cipher, total, bound = AESGCM(key), pieces_for(size), _bound(size)
    try:
        with path_of(name).open("rb") as file:
            if os.fstat(file.fileno()).st_size != len(MAGIC) + total * (PIECE + TAG) or file.read(len(MAGIC)) != MAGIC:
                raise NotReadable("it was cut off or altered")
            number = start // PIECE
            file.seek(number * (PIECE + TAG), os.SEEK_CUR)
            while number * PIECE < stop:
                piece = cipher.decrypt(_nonce(number, total), file.read(PIECE + TAG), bound)
                begins = number * PIECE
                yield piece[max(0, start - begins) : min(PIECE, stop - begins)]
                number += 1
    except FileNotFoundError:
        raise NotReadable("it is missing") from None
    except OSError as error:
        raise NotReadable(f"it cannot be read: {error.strerror}") from None
    except InvalidTag:
        raise NotReadable("it was cut off or altered") from None


def remove(names: Iterable[bytes]) -> None:
    """Take files away; nothing where there is none of a name."""
    for name in names:
        path_of(name).unlink(missing_ok=True)


def is_whole(name: bytes, size: int) -> bool:
    """Whether a file of this name and of the length for so many bytes is there. What is in it is not looked at."""
    try:
        return path_of(name).stat().st_size == len(MAGIC) + pieces_for(size) * (PIECE + TAG)
    except OSError:
        return False


def written_before(instant: datetime) -> Iterator[tuple[bytes, Path]]:
    """Every file written before then, with its name; also one that was never finished."""
    for path in folder().glob("??/*"):
        try:
            name, written = bytes.fromhex(path.name.removesuffix(UNFINISHED)), path.stat().st_mtime
        except (ValueError, OSError):
            continue
        if written < instant.timestamp():
            yield name, path
