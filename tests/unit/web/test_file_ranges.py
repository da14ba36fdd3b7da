"""Which part of a file is asked for: the rule against counting bytes one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web.ranges import NotSatisfiable, part_of

SMALL = st.integers(0, 30)


def _bytes_asked_for(size: int, first: int | None, last: int | None) -> list[int]:
    """Each position is looked at by itself (RFC 9110, 14.1.2)."""
    if first is None:
        assert last is not None
        return [place for place in range(size) if place >= size - last]
    return [place for place in range(size) if place >= first and (last is None or place <= last)]


@given(SMALL, SMALL | st.none(), SMALL | st.none())
def test_a_range_is_the_bytes_that_it_names(size: int, first: int | None, last: int | None) -> None:
    if first is None and last is None:
        assert part_of("bytes=-", size) is None
        return
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is not None and last is not None and last < first:
        assert part_of(header, size) is None
        return
    wanted = _bytes_asked_for(size, first, last)
    if not wanted:
        with pytest.raises(NotSatisfiable):
            part_of(header, size)
        return
    part = part_of(header, size)
    assert part is not None
    assert list(range(*part)) == wanted


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=--1", "bytes=1-2-3", "bytes=+1-2",
     "bytes=1.5-2", f"bytes={'9' * 20}-", f"bytes=0-{'9' * 20}", "bytes=\u0661-\u0662", "bytes = 0-1 x"],
)  # fmt: skip
def test_what_is_not_one_range_is_passed_over(header: str | None) -> None:
    assert part_of(header, 10) is None


@given(st.text(max_size=40) | st.text(alphabet="bytes=-,0123456789 ", max_size=30), SMALL)
def test_no_header_does_harm(header: str, size: int) -> None:
    try:
        part = part_of(header, size)
    except NotSatisfiable:
        return
    assert part is None or 0 <= part[0] < part[1] <= size


def test_units_are_read_without_case() -> None:
    assert part_of("BYTES= 2-3 ", 10) == (2, 4)
