"""The encrypted file of a backup: what went in comes out, and whatever was done to it is noticed."""

import io
from tempfile import TemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.db import keys, sealed
from openrecord.db.sealed import PIECE, Reader, Unreadable, Writer

Parts = list[tuple[str, list[bytes]]]
NAMES = st.text("abcdefgh.", min_size=1, max_size=10)
PARTS = st.lists(st.tuples(NAMES, st.lists(st.binary(max_size=200), max_size=4)), max_size=4)


def _written(parts: Parts) -> bytes:
    with TemporaryFile() as file:
        writer = Writer(file)
        for name, pieces in parts:
            writer.part(name, pieces)
        writer.finish()
        file.seek(0)
        return file.read()


def _read(data: bytes) -> list[tuple[str, bytes]]:
    return [(name, b"".join(pieces)) for name, pieces in Reader(io.BytesIO(data)).parts()]


@given(PARTS)
def test_what_went_in_comes_out(parts: Parts) -> None:
    assert _read(_written(parts)) == [(name, b"".join(pieces)) for name, pieces in parts]


@pytest.mark.parametrize("size", [PIECE - 9, PIECE - 8, PIECE, PIECE + 1, 3 * PIECE + 17])
def test_parts_of_any_length_around_a_piece(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert _read(_written([("a", [data[:size]]), ("b", [b"end"])])) == [("a", data[:size]), ("b", b"end")]


@given(PARTS, st.data())
def test_a_file_cut_off_anywhere_is_refused(parts: Parts, data: st.DataObject) -> None:
    whole = _written(parts)
    with pytest.raises(Unreadable):
        _read(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_a_file_cut_off_between_two_pieces_is_refused() -> None:
    whole = _written([("a", [bytes(PIECE)] * 3)])
    head = len(sealed.MAGIC) + 32
    for pieces in (1, 2, 3):
        with pytest.raises(Unreadable, match="damaged"):
            _read(whole[: head + pieces * (PIECE + sealed.TAG)])


@given(PARTS, st.data())
def test_a_changed_byte_is_noticed(parts: Parts, data: st.DataObject) -> None:
    whole = bytearray(_written(parts))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        _read(bytes(whole))


def test_pieces_in_another_order_are_noticed() -> None:
    whole = _written([("a", [b"x" * PIECE, b"y" * PIECE, b"z" * PIECE])])
    head, length = len(sealed.MAGIC) + 32, PIECE + sealed.TAG
    first, second = whole[head : head + length], whole[head + length : head + 2 * length]
    with pytest.raises(Unreadable, match="damaged"):
        _read(whole[:head] + second + first + whole[head + 2 * length :])


def test_another_key_is_told_apart_from_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _written([("a", [b"x"])])
    monkeypatch.setattr(keys, "derived", lambda _purpose: bytes(32))
    with pytest.raises(Unreadable, match="another key"):
        _read(whole)


def test_nothing_of_the_content_stands_in_the_file() -> None:
    assert b"hypertension" not in _written([("a", [b"hypertension" * 10])])
