"""Which read counts as a view, and whose (R57, R58)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from openrecord.audit.types import OWN_RECORD, ActorKind, SealedRead
from openrecord.viewing import rules

OWN = SealedRead(
    at=datetime(2026, 6, 30, 12, tzinfo=UTC),
    patient_id=7,
    actor_kind=ActorKind.PERSON,
    actor="person-1",
    authority=OWN_RECORD,
    viewer_id=UUID(int=1),
)


def test_a_persons_read_of_the_own_record_is_a_view_and_an_own_view() -> None:
    assert rules.own_view(OWN) == rules.OwnView("person-1", date(2026, 6, 1), 7)


def test_a_proxys_read_is_a_view_but_no_own_view() -> None:
    proxy = replace(OWN, authority="proxy:parental")
    assert rules.is_view(proxy)
    assert rules.own_view(proxy) is None


@pytest.mark.parametrize(
    "read",
    [
        replace(OWN, viewer_id=None),
        replace(OWN, actor_kind=ActorKind.STAFF),
        replace(OWN, actor_kind=ActorKind.SYSTEM),
        replace(OWN, patient_id=0),
    ],
)
def test_what_staff_and_system_read_is_no_view(read: SealedRead) -> None:
    assert not rules.is_view(read)
    assert rules.own_view(read) is None
    assert rules.views_by_month([read]) == {}


def test_months_turn_at_midnight_in_london() -> None:
    last_minute = replace(OWN, at=datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    july = replace(OWN, at=datetime(2026, 6, 30, 23, 0, tzinfo=UTC))
    assert rules.views_by_month([last_minute, july, july]) == {date(2026, 6, 1): 1, date(2026, 7, 1): 2}
