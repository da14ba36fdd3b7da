"""People who viewed and views are counted from the audit of reads, each exactly once (R57, R58)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from openrecord.audit import reads
from openrecord.viewing import actions, queries, tasks
from tests.integration.audit.trail import AT, DOCTOR, PERSON, Trail, read

NEXT_MONTH = AT.replace(month=4)
SECOND = replace(PERSON, id="person-2")
PROXY = replace(PERSON, id="person-3", authority="proxy:parental")


def figures(month: int) -> tuple[int, int]:
    counted = queries.month(2026, month)
    return counted.viewers, counted.views


def view_twice_and_more() -> None:
    for by, at in ((PERSON, AT), (PERSON, AT + timedelta(days=3)), (SECOND, AT), (PROXY, AT), (PERSON, NEXT_MONTH)):
        reads.record_read(read(9 if by is SECOND else 5, by=by, at=at))
    reads.record_read(read(5, by=DOCTOR, viewer_id=None))
    reads.record_refusal(read(5, by=replace(PERSON, id="person-4")), reason="closed")


def test_a_person_counts_once_a_month_and_views_count_each(trail: Trail) -> None:
    view_twice_and_more()
    trail.fill(changes=3, served=0)
    trail.seal()
    assert tasks.count() == 10
    assert (figures(3), figures(4), figures(5)) == ((2, 4), (1, 1), (0, 0))
    assert sorted(queries.patients_who_viewed(2026, 3)) == [5, 9]


def test_counting_again_counts_nothing_twice(trail: Trail) -> None:
    view_twice_and_more()
    trail.seal()
    tasks.count()
    assert tasks.count() == 0
    reads.record_read(read(5))
    trail.seal()
    assert tasks.count() == 1
    assert figures(3) == (2, 5)


def test_counting_waits_for_the_seal(trail: Trail) -> None:  # noqa: ARG001
    reads.record_read(read(5))
    assert tasks.count() == 0
    assert figures(3) == (0, 0)


def test_a_crash_in_the_middle_resumes_at_the_watermark(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    view_twice_and_more()
    trail.seal()
    actions.count_next(limit=2)
    with monkeypatch.context() as patch:
        patch.setattr("openrecord.viewing.rules.views_by_month", _fail)
        with pytest.raises(RuntimeError):
            actions.count_next(limit=2)
    while actions.count_next(limit=2):
        pass
    assert (figures(3), figures(4)) == ((2, 4), (1, 1))


def _fail(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("crash")
