"""Compressed files: whole or refused, and never more than is allowed."""

import gzip
import random
import tracemalloc

import pytest

from openrecord.clinical.reading import Unreadable
from openrecord.ingest.rules.unpacking import MOST_BYTES, unpacked

CONTENT = b'{"resourceType": "Bundle"}' * 200
TOO_LARGE = "more than 4999 bytes of content; split it into smaller files"


def refused(data: bytes, **limits: int) -> tuple[str, str]:
    """(reason, detail) of the refusal."""
    with pytest.raises(Unreadable) as refusal:
        unpacked(data, **limits)
    return refusal.value.reason, refusal.value.detail


def test_other_data_is_taken_as_it_is() -> None:
    assert unpacked(CONTENT) == CONTENT
    assert unpacked(b"") == b""


def test_gzip_is_unpacked_whatever_the_file_is_called() -> None:
    assert unpacked(gzip.compress(CONTENT)) == CONTENT
    assert unpacked(gzip.compress(b"")) == b""


def test_content_is_unpacked_also_where_it_refers_far_back() -> None:
    """A gzip file may repeat what stood 32 KiB before."""
    block = random.Random(1).randbytes(30_000)
    assert unpacked(gzip.compress(block * 2)) == block * 2


def test_large_content_is_unpacked_portion_by_portion_and_is_whole() -> None:
    content = b"0123456789" * 1_000_000
    assert unpacked(gzip.compress(content, 1)) == content


def test_several_members_are_one_content() -> None:
    assert unpacked(gzip.compress(CONTENT) + gzip.compress(b"more")) == CONTENT + b"more"


def test_padding_after_the_data_is_allowed_and_other_words_are_not() -> None:
    assert unpacked(gzip.compress(CONTENT) + b"\0" * 7) == CONTENT
    for rest in (b"something", b"X", b"\0\0X"):
        assert refused(gzip.compress(CONTENT) + rest) == ("bad_gzip", "something else follows the compressed data")


@pytest.mark.parametrize("cut", [3, 12, 40, -1, -8, -9])
def test_a_cut_file_is_refused(cut: int) -> None:
    reason, detail = refused(gzip.compress(CONTENT)[:cut])
    assert reason == "bad_gzip"
    assert detail.startswith("the compressed data ends too early, after ")


def test_a_cut_file_is_told_with_what_could_be_read() -> None:
    stored = gzip.compress(CONTENT, 0)
    assert refused(stored[:-8])[1] == f"the compressed data ends too early, after {len(CONTENT)} bytes"


def test_a_damaged_file_is_refused() -> None:
    data = bytearray(gzip.compress(CONTENT))
    data[-6] ^= 0xFF
    assert refused(bytes(data)) == ("bad_gzip", "the compressed data is damaged after 0 bytes")
    assert refused(gzip.compress(b"whole") + data)[1] == "the compressed data is damaged after 5 bytes"


def test_the_limit_is_on_the_content() -> None:
    packed = gzip.compress(b"0" * 5000)
    assert len(packed) < 100
    assert unpacked(packed, most=5000) == b"0" * 5000
    assert unpacked(b"0" * 5000, most=5000) == b"0" * 5000
    for data in (packed, b"0" * 5000, gzip.compress(b"0" * 2500) * 2):
        assert refused(data, most=4999) == ("too_large", TOO_LARGE)


def test_at_most_one_gibibyte_is_taken() -> None:
    assert MOST_BYTES == 1024 * 1024 * 1024


def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_does() -> None:
    bomb = gzip.compress(bytes(64 << 20), 1)
    tracemalloc.start()
    try:
        assert refused(bomb, most=4999) == ("too_large", TOO_LARGE)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
