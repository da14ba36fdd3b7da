"""Files on the disk: any part is what it was, and nothing that was changed is one."""

import itertools
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.db import stored_files
from openrecord.db.stored_files import MAGIC, PIECE, TAG, NotReadable, is_whole, path_of, pieces_for, read, write

KEY = bytes(range(32))
SIZES = st.integers(1, 3 * PIECE) | st.sampled_from([1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
WIDTH = PIECE + TAG


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENRECORD_DATA", str(tmp_path))


def _written(content: bytes, key: bytes = KEY) -> bytes:
    name = secrets.token_bytes(16)
    write(name, key, content)
    return name


def _read(name: bytes, size: int, start: int = 0, stop: int | None = None, key: bytes = KEY) -> bytes:
    return b"".join(read(name, key, size, start, stop))


@given(SIZES, st.data())
def test_any_part_is_what_was_written(size: int, data: st.DataObject) -> None:
    content = secrets.token_bytes(size)
    name = _written(content)
    start = data.draw(st.integers(0, size - 1))
    stop = data.draw(st.integers(start + 1, size))
    assert _read(name, size, start, stop) == content[start:stop]
    assert _read(name, size) == content
    assert is_whole(name, size)
    assert not is_whole(secrets.token_bytes(16), size)


def test_a_part_is_read_without_the_rest() -> None:
    content = secrets.token_bytes(5 * PIECE)
    name = _written(content)
    path = path_of(name)
    damaged = bytearray(path.read_bytes())
    for number in (0, 1, 3, 4):
        damaged[len(MAGIC) + number * WIDTH] ^= 1
    path.write_bytes(damaged)
    assert _read(name, len(content), 2 * PIECE, 3 * PIECE) == content[2 * PIECE : 3 * PIECE]
    with pytest.raises(NotReadable):
        _read(name, len(content))


def _pieces(raw: bytes) -> list[bytes]:
    return [raw[start : start + WIDTH] for start in range(len(MAGIC), len(raw), WIDTH)]


def test_pieces_in_another_order_or_from_another_file_are_none() -> None:
    content, other = secrets.token_bytes(3 * PIECE), secrets.token_bytes(3 * PIECE)
    name, second = _written(content), _written(other, bytes(32))
    path, foreign = path_of(name), _pieces(path_of(second).read_bytes())
    own = _pieces(path.read_bytes())
    wrong = [list(order) for order in itertools.permutations(own) if list(order) != own]
    wrong += [[*own[:2], own[1]], [own[0], foreign[1], own[2]], own[:2], [*own, own[2]], []]
    for pieces in wrong:
        path.write_bytes(MAGIC + b"".join(pieces))
        with pytest.raises(NotReadable, match="cut off or altered"):
            _read(name, len(content))


@given(st.data())
def test_one_changed_byte_is_found(data: st.DataObject) -> None:
    content = secrets.token_bytes(2 * PIECE)
    name = _written(content)
    raw = bytearray(path_of(name).read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    path_of(name).write_bytes(raw)
    with pytest.raises(NotReadable):
        _read(name, len(content))


def test_another_key_or_size_opens_nothing() -> None:
    name = _written(b"x" * 1000)
    for size, key in ((999, KEY), (1001, KEY), (1000, bytes(32))):
        with pytest.raises(NotReadable):
            _read(name, size, key=key)


def test_what_is_missing_is_said_before_anything_is_given_out() -> None:
    with pytest.raises(NotReadable, match="missing"):
        read(secrets.token_bytes(16), KEY, 10)


def test_a_name_is_written_once() -> None:
    name = _written(b"a")
    path_of(name).with_name(path_of(name).name + stored_files.UNFINISHED).touch()
    with pytest.raises(FileExistsError):
        write(name, KEY, b"b")
    assert _read(name, 1) == b"a"


@given(st.integers(1, 1 << 40))
def test_a_length_tells_hardly_anything(size: int) -> None:
    pieces, needed = pieces_for(size), -(-size // PIECE)
    assert needed <= pieces <= needed * 9 / 8
    assert pieces_for(max(1, size - 1)) <= pieces


def test_few_lengths_stand_for_many_sizes() -> None:
    most = 20 << 20
    assert len({pieces_for(size) for size in range(1, most, PIECE)}) < 90


def test_nobody_else_may_read_the_file_and_nothing_of_it_is_there() -> None:
    content = b"a plain word " * 20_000
    path = path_of(_written(content))
    assert path.stat().st_mode & 0o077 == 0
    assert b"a plain word" not in path.read_bytes()


def test_what_was_written_before_an_instant() -> None:
    name = _written(b"a")
    now = datetime.now(UTC)
    old = (now - timedelta(days=3)).timestamp()
    assert list(stored_files.written_before(now - timedelta(days=1))) == []
    os.utime(path_of(name), (old, old))
    (stored_files.folder() / "ab").mkdir(exist_ok=True)
    (stored_files.folder() / "ab" / "no name").touch()
    assert list(stored_files.written_before(now - timedelta(days=1))) == [(name, path_of(name))]
