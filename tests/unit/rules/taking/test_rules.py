"""How far a file is, and which make room; how long a link lives, and what is kept of its passcode."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from openrecord.access.types import ViewerId
from openrecord.registry.types import PatientId
from openrecord.taking.rules import (
    ALL_STEPS,
    LEASE,
    LIFE,
    LIVES,
    MOST_KEPT,
    MOST_WRONG,
    ends,
    is_alive,
    is_coming,
    is_under_way,
    passcode_hash,
    steps_done,
    surplus,
)
from openrecord.taking.types import EVERYTHING, Download, DownloadId, Format, Link, LinkId, State

AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


def download(number: int = 1, state: State = State.WAITING) -> Download:
    who = PatientId(1), DownloadId(UUID(int=number)), ViewerId(UUID(int=1))
    return Download(*who, Format.PDF, EVERYTHING, "en-gb", AT, state)


def test_steps_follow_each_other_to_the_last() -> None:
    order = [State.WAITING, State.READING, State.WRITING, State.READY]
    assert [steps_done(state) for state in order] == list(range(ALL_STEPS + 1))


@pytest.mark.parametrize("state", State)
def test_the_worker_has_what_is_not_at_an_end(state: State) -> None:
    assert is_under_way(state) == (state.value in {"waiting", "reading", "writing"})


def test_what_was_asked_for_long_ago_may_have_lost_its_maker() -> None:
    moment = timedelta(microseconds=1)
    assert is_coming(download(), AT)
    assert is_coming(download(state=State.READING), AT + LEASE - moment)
    assert not is_coming(download(state=State.READING), AT + LEASE)
    assert not is_coming(download(state=State.READY), AT)


@pytest.mark.parametrize("count", range(MOST_KEPT + 3))
def test_with_one_more_there_are_never_too_many(count: int) -> None:
    every = [download(n) for n in range(count)]
    gone = surplus(every)
    assert len(every) - len(gone) + 1 == min(count + 1, MOST_KEPT)
    assert list(gone) == every[count - len(gone) :]


def test_a_file_ends_a_day_after_it_was_asked_for() -> None:
    assert ends(download()) == AT + timedelta(days=1) == AT + LIFE


def link(**changes: object) -> Link:
    who = PatientId(1), LinkId(UUID(int=1)), ViewerId(UUID(int=1))
    return replace(Link(*who, EVERYTHING, AT, AT + LIVES[0]), **changes)  # type: ignore[arg-type]


def test_a_link_lives_until_its_end_or_until_it_is_ended_or_tried_too_often() -> None:
    tick = timedelta(microseconds=1)
    assert is_alive(link(), AT)
    assert is_alive(link(), AT + LIVES[0] - tick)
    assert not is_alive(link(), AT + LIVES[0])
    assert not is_alive(link(ended=AT), AT)
    assert is_alive(link(wrong=MOST_WRONG - 1), AT)
    assert not is_alive(link(wrong=MOST_WRONG), AT)


def test_a_passcode_is_hashed_with_its_salt() -> None:
    salt, other = bytes(16), bytes(15) + b"1"
    told = {passcode_hash("ABCD", salt), passcode_hash("ABCE", salt), passcode_hash("ABCD", other)}
    assert {len(each) for each in told} == {32}
    assert len(told) == 3
    assert passcode_hash("ABCD", salt) in told
