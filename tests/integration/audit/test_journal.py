"""The journal: durable, in order, and whatever was done to it is noticed."""

import multiprocessing
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrecord.audit import actions, journal
from openrecord.audit.journal import (
    JournalCut,
    JournalDamaged,
    JournalFailed,
    Place,
    Record,
    Restored,
    append,
    end,
    of_restore,
    of_root,
    read,
    roots,
)
from openrecord.audit.types import Actor, ActorKind, DailyRoot, Repeatable, system
from openrecord.db import keys
from tests.waiting import PATIENCE

AT = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
RECORDS = st.lists(
    st.builds(Record, st.integers(0, 2**50), st.text(min_size=1, max_size=8), st.binary(max_size=60)),
    min_size=1,
    max_size=5,
)
SAME_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "other disk" / "acts.journal"
    monkeypatch.setenv("OPENRECORD_JOURNAL", str(path))
    return path


def _fresh(file: Path) -> None:
    for each in (file, *file.parent.glob("*.cut-*")):
        each.unlink(missing_ok=True)


def _all(*, after: Place | None = None, is_cut_accepted: bool = False) -> list[Record]:
    return [record for record, _ in read(after=after, is_cut_accepted=is_cut_accepted)]


@SAME_FILE
@given(st.lists(RECORDS, max_size=4), RECORDS)
def test_what_was_written_is_read_in_its_order(file: Path, before: list[list[Record]], later: list[Record]) -> None:
    _fresh(file)
    for batch in before:
        append(batch)
    place = end()
    append(later)
    assert _all() == [record for batch in before for record in batch] + later
    assert _all(after=place) == (later if place is not None else _all())
    assert _all(after=end()) == []


@SAME_FILE
@given(RECORDS, st.data())
def test_a_journal_cut_off_anywhere_tells_so_or_is_a_beginning(
    file: Path, records: list[Record], data: st.DataObject
) -> None:
    _fresh(file)
    append(records)
    ends = {place.offset for _, place in read()}
    whole = file.read_bytes()
    length = data.draw(st.integers(journal.HEAD, len(whole) - 1))
    file.write_bytes(whole[:length])
    beginning = records[: sum(offset <= length for offset in ends)]
    assert _all(is_cut_accepted=True) == beginning
    if length in {*ends, journal.HEAD}:
        assert _all() == beginning
    else:
        with pytest.raises(JournalCut):
            _all()
    with pytest.raises(JournalDamaged):
        _all(after=Place(len(whole), whole[-journal.TAG :]))


@SAME_FILE
@given(RECORDS, st.data())
def test_a_changed_byte_is_noticed(file: Path, records: list[Record], data: st.DataObject) -> None:
    _fresh(file)
    append(records)
    changed = bytearray(file.read_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(changed)
    with pytest.raises(JournalDamaged):
        _all()


def test_a_record_taken_out_or_moved_is_noticed(file: Path) -> None:
    append([Record(number, "entry", b"same") for number in range(3)])
    places = [journal.HEAD, *(place.offset for _, place in read())]
    whole = file.read_bytes()
    pieces = [whole[first:last] for first, last in pairwise(places)]
    head = whole[: journal.HEAD]
    for other in ([pieces[0], pieces[2]], [pieces[1], pieces[0], pieces[2]], [pieces[0], pieces[0]]):
        file.write_bytes(head + b"".join(other))
        with pytest.raises(JournalDamaged, match="altered"):
            _all()


def test_a_place_of_another_journal_does_not_fit(file: Path) -> None:
    append([Record(1, "entry", b"x")])
    place = end()
    file.unlink()
    append([Record(1, "entry", b"x")])
    with pytest.raises(JournalDamaged, match="not the one"):
        _all(after=place)
    file.unlink()
    with pytest.raises(JournalDamaged, match="OPENRECORD_JOURNAL"):
        _all(after=place)


def test_what_a_crash_cut_off_makes_room_and_is_kept_beside(file: Path) -> None:
    append([Record(1, "entry", b"first")])
    place = end()
    assert place is not None
    with file.open("ab") as opened:
        opened.write(b"\0\0\0\xff half")
    append([Record(2, "entry", b"second")])
    assert [record.body for record in _all()] == [b"first", b"second"]
    assert file.with_name(f"{file.name}.cut-{place.offset}").read_bytes() == b"\0\0\0\xff half"


def test_what_is_no_journal_is_not_written_into(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"the only copy of something else")
    with pytest.raises(JournalFailed):
        append([Record(1, "entry", b"x")])
    assert file.read_bytes() == b"the only copy of something else"


def test_another_key_reads_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append([Record(1, "entry", b"hypertension")])
    assert b"hypertension" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(keys, "derived", lambda _purpose: bytes(32))
    with pytest.raises(JournalDamaged, match="another key"):
        _all()


def _write_many(settings: dict[str, str], writer: int) -> None:
    os.environ.update(settings)
    for number in range(40):
        append([Record(number, f"writer{writer}", b"x"), Record(number, f"writer{writer}", b"y")])


def test_processes_that_write_at_once_lose_nothing(file: Path) -> None:
    context = multiprocessing.get_context("spawn")
    settings = {name: text for name, text in os.environ.items() if name.startswith("OPENRECORD_")}
    writers = [context.Process(target=_write_many, args=(settings, number)) for number in range(3)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(PATIENCE)
    assert [process.exitcode for process in writers] == [0, 0, 0]
    assert file.exists()
    for number in range(3):
        own = [(record.at, record.body) for record in _all() if record.kind == f"writer{number}"]
        assert own == [(n, body) for n in range(40) for body in (b"x", b"y")]


def _root(number: int, day: int) -> DailyRoot:
    return DailyRoot(number, date(2025, 3, day), number, number, bytes([day]) * 32, bytes([day]) * 32)


def test_the_roots_after_a_restore_begin_again_after_those_of_the_backup() -> None:
    def told(*made: DailyRoot | int) -> Sequence[DailyRoot]:
        return roots(
            of_root(one, 0) if isinstance(one, DailyRoot) else of_restore(Restored(None, one), 0) for one in made
        )

    assert told(_root(1, 1), _root(2, 2)) == (_root(1, 1), _root(2, 2))
    assert told(_root(1, 1), _root(2, 2), 1) == (_root(1, 1),)
    assert told(_root(1, 1), _root(2, 2), 1, _root(2, 3)) == (_root(1, 1), _root(2, 3))
    assert told(_root(1, 1), 0, _root(1, 4)) == (_root(1, 4),)


STAFF = Actor(ActorKind.STAFF, "f1", "screener", "screening", "Y90101")
ACT = Repeatable("entry", b"{}")


def _record(by: Actor, *, repeats: bytes | None = None) -> None:
    with transaction.atomic():
        actions.record_change(by=by, at=AT, event="hidden", patient_id=7, act=ACT, repeats=repeats)
        assert end() is None, "nothing is in the journal before the commit"


@pytest.mark.usefixtures("stored")
def test_what_a_person_did_is_in_the_journal_once_it_is_committed(file: Path) -> None:
    _record(STAFF)
    (record,) = _all()
    assert (record.kind, record.body, record.patient_id, len(record.id)) == ("entry", b"{}", 7, 16)
    assert file.exists()


@pytest.mark.usefixtures("stored", "file")
def test_what_comes_by_itself_what_is_repeated_and_what_fails_is_not() -> None:
    _record(system("ingest"))
    _record(STAFF, repeats=os.urandom(16))
    with transaction.atomic():
        actions.record_change(by=STAFF, at=AT, event="hidden", patient_id=7, act=ACT)
        transaction.set_rollback(True)
    assert end() is None


@pytest.mark.usefixtures("stored")
def test_an_act_that_cannot_be_written_down_is_not_acknowledged(file: Path) -> None:
    file.parent.mkdir()
    file.mkdir()
    with pytest.raises(JournalFailed), transaction.atomic():
        actions.record_change(by=STAFF, at=AT, event="hidden", patient_id=7, act=ACT)
