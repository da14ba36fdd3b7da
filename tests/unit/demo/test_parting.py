"""A record in what comes first and what comes day by day."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from openrecord_demo.england.codes_used import CODES
from openrecord_demo.england.model import Entry, Kind
from openrecord_demo.england.parting import parted
from openrecord_demo.england.writing import LATEST
from tests.unit.demo.england_files import AS_OF, england, manifest, messages

SINCE = date(2026, 2, 10)
CODE = next(iter(CODES.values()))


@st.composite
def records(draw: st.DrawFn) -> tuple[Entry, ...]:
    """Entries that name earlier or later ones, in any of the ways they can."""
    count = draw(st.integers(0, 12))
    names = st.none() | st.integers(0, 11).map(lambda number: f"e{number}")
    days = st.integers(-5, 5).map(lambda days: datetime(2026, 2, 10, 9, tzinfo=UTC) + timedelta(days=days, hours=1))
    return tuple(
        Entry(
            f"e{number}", Kind.COMMENT, CODE, at := draw(days), at, inside=draw(names), specimen=draw(names),
            unit=draw(names), problem=draw(names),
        )
        for number in range(count)
    )  # fmt: skip


def named(entry: Entry) -> set[str | None]:
    return {entry.inside, entry.specimen, entry.unit, entry.problem}


@given(records(), st.sets(st.integers(0, 11).map(lambda number: f"e{number}"), max_size=3))
def test_nothing_is_lost_or_parted_from_what_it_names(entries: tuple[Entry, ...], together: set[str]) -> None:
    found = parted(entries, SINCE, together)
    parts = [found.before, *(each for _at, each in found.days)]
    assert sorted(entry.id for part in parts for entry in part) == sorted(entry.id for entry in entries)
    for part in parts:
        ids, others = {entry.id for entry in part}, {entry.id for entry in entries} - {entry.id for entry in part}
        assert not any(named(entry) & others for entry in part)
        assert list(part) == [entry for entry in entries if entry.id in ids]
    assert together & {entry.id for entry in entries} <= {entry.id for entry in found.before}


@given(records())
def test_a_day_holds_what_was_entered_since(entries: tuple[Entry, ...]) -> None:
    found = parted(entries, SINCE)
    assert [at for at, _ in found.days] == sorted({at for at, _ in found.days})
    for at, each in found.days:
        assert at == max(entry.recorded for entry in each)
        assert all(entry.recorded.date() >= SINCE for entry in each)
    lone = [entry for entry in found.before if not named(entry) & {one.id for one in entries}]
    for entry in lone:
        is_named = any(entry.id in named(other) for other in entries)
        assert is_named or entry.recorded.date() < SINCE


def test_the_last_weeks_come_in_files_of_days_that_stand_by_themselves() -> None:
    contents, days = dict(messages()), 0
    for file in (file for patient in manifest()["patients"] for file in patient["files"] if "at" in file):
        at = datetime.fromisoformat(file["at"])
        assert (england() / file["path"]).is_file()
        assert AS_OF - LATEST <= at.date() <= AS_OF
        told = [item["meta"]["lastUpdated"] for item in contents[file["path"]] if "lastUpdated" in item.get("meta", {})]
        assert told
        assert max(map(datetime.fromisoformat, told)) <= at
        days += 1
    assert days > 10
