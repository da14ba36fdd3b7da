"""How far a file is, and which make room."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from openrecord.access.types import ViewerId
from openrecord.registry.types import PatientId
from openrecord.taking.rules import ALL_STEPS, LIFE, MOST_KEPT, ends, is_under_way, steps_done, surplus
from openrecord.taking.types import EVERYTHING, Download, DownloadId, Format, State

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


@pytest.mark.parametrize("count", range(MOST_KEPT + 3))
def test_with_one_more_there_are_never_too_many(count: int) -> None:
    every = [download(n) for n in range(count)]
    gone = surplus(every)
    assert len(every) - len(gone) + 1 == min(count + 1, MOST_KEPT)
    assert list(gone) == every[count - len(gone) :]


def test_a_file_ends_a_day_after_it_was_asked_for() -> None:
    assert ends(download()) == AT + timedelta(days=1) == AT + LIFE
