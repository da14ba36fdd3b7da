"""Compressed files: whole or refused, and never more than is allowed."""

import gzip

import pytest

from openrecord.clinical.reading import Unreadable
from openrecord.ingest.rules.unpacking import unpacked

CONTENT = b'{"resourceType": "Bundle"}' * 200


def test_other_data_is_taken_as_it_is() -> None:
    assert unpacked(CONTENT) == CONTENT
    assert unpacked(b"") == b""


def test_gzip_is_unpacked_whatever_the_file_is_called() -> None:
    assert unpacked(gzip.compress(CONTENT)) == CONTENT
    assert unpacked(gzip.compress(b"")) == b""


def test_several_members_are_one_content() -> None:
    assert unpacked(gzip.compress(CONTENT) + gzip.compress(b"more")) == CONTENT + b"more"


def test_padding_after_the_data_is_allowed_and_other_words_are_not() -> None:
    assert unpacked(gzip.compress(CONTENT) + b"\0" * 7) == CONTENT
    with pytest.raises(Unreadable) as refused:
        unpacked(gzip.compress(CONTENT) + b"something")
    assert refused.value.reason == "bad_gzip"


@pytest.mark.parametrize("cut", [3, 12, 40, -1, -8, -9])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(Unreadable) as refused:
        unpacked(gzip.compress(CONTENT)[:cut])
    assert refused.value.reason == "bad_gzip"


def test_a_damaged_file_is_refused() -> None:
    data = bytearray(gzip.compress(CONTENT))
    data[-6] ^= 0xFF
    with pytest.raises(Unreadable) as refused:
        unpacked(bytes(data))
    assert refused.value.reason == "bad_gzip"


def test_the_limit_is_on_the_content() -> None:
    packed = gzip.compress(b"0" * 5000)
    assert len(packed) < 100
    assert unpacked(packed, most=5000) == b"0" * 5000
    for data in (packed, b"0" * 5000, gzip.compress(b"0" * 2500) * 2):
        with pytest.raises(Unreadable) as refused:
            unpacked(data, most=4999)
        assert refused.value.reason == "too_large"
