"""A file of encrypted, named parts, written and read from front to end: the shape of a backup.

After MAGIC come 16 random bytes and 16 that tell the right key. The rest is pieces of 1 MiB, each sealed by AES-256-GCM
under a key of this file alone; the nonce counts the pieces and marks the last one, so that a file that was cut off,
altered or put together anew is no file. Inside, a part is its name, its data in frames, and an empty frame.
"""

import hashlib
import hmac
import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openrecord.db import keys

MAGIC = b"openrecord backup 1\n"
PIECE = 1 << 20
TAG = 16
_FRAME = struct.Struct(">I")


class Unreadable(Exception):
    """The file is none of ours, made under another key, cut off or altered; the message says which."""


def _secrets(salt: bytes) -> tuple[AESGCM, bytes]:
    own = hmac.new(keys.derived("backup"), salt, hashlib.sha256).digest()
    return AESGCM(own), hmac.new(own, b"check", hashlib.sha256).digest()[:16]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


class Writer:
    """Writes one file; `finish` must be called, or it is no file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        salt = os.urandom(16)
        self._cipher, check = _secrets(salt)
        self._number = 0
        self._waiting = bytearray()
        file.write(MAGIC + salt + check)

    def part(self, name: str, pieces: Iterable[bytes]) -> tuple[int, bytes]:
        """Add a part; its size and SHA-256."""
        size, digest = 0, hashlib.sha256()
        self._frame(name.encode())
        for piece in pieces:
            if piece:
                self._frame(piece)
                size += len(piece)
                digest.update(piece)
        self._frame(b"")
        return size, digest.digest()

    def _frame(self, content: bytes) -> None:
        self._waiting += _FRAME.pack(len(content)) + content
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write what is left; everything is on the disk when it returns."""
        self._seal(bytes(self._waiting), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), content, None))
        self._number += 1


class Reader:
    """Reads one file from its beginning. Raises Unreadable, there and at every part."""

    def __init__(self, file: BinaryIO) -> None:
        head = file.read(len(MAGIC) + 32)
        if len(head) < len(MAGIC) + 32 or not head.startswith(MAGIC):
            raise Unreadable("the file is no backup of OpenRecord")
        salt, check = head[len(MAGIC) : -16], head[-16:]
        self._cipher, expected = _secrets(salt)
        if not hmac.compare_digest(check, expected):
            raise Unreadable("the backup was made under another key: check OPENRECORD_KEY")
        self._pieces = self._opened(file)
        self._waiting = bytearray()

    def _opened(self, file: BinaryIO) -> Iterator[bytes]:
        number, sealed = 0, file.read(PIECE + TAG)
        while True:
            following = file.read(PIECE + TAG)
            try:
                yield self._cipher.decrypt(_nonce(number, is_last=not following), sealed, None)
            except InvalidTag:
                raise Unreadable("the backup is damaged: it was cut off or altered") from None
            if not following:
                return
            number, sealed = number + 1, following

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each part with its data, which must be read to its end before the next."""
        while (name := self._next()) is not None:
            yield name.decode(), self._data()

    def _data(self) -> Iterator[bytes]:
        while content := self._next():
            yield content

    def _next(self) -> bytes | None:
        """The next frame; None at the end of the file."""
        head = self._take(_FRAME.size)
        return None if head is None else self._take(_FRAME.unpack(head)[0]) or b""

    def _take(self, size: int) -> bytes | None:
        while len(self._waiting) < size:
            piece = next(self._pieces, None)
            if piece is None:
                if self._waiting or size != _FRAME.size:
                    raise Unreadable("the backup is damaged: a part of it is not whole")
                return None
            self._waiting += piece
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken
