"""What cannot be written to the trail at all."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from openrecord.audit.types import Actor, ActorKind, AnonymousActor, Change, Read, pack, system

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
READ = Read(by=system("test"), at=AT, patient_id=1, channel="web", route="/record")


@pytest.mark.parametrize("parts", [("", "role", "authority"), ("id", "", "authority"), ("id", "role", "")])
def test_an_anonymous_actor_is_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(AnonymousActor):
        Actor(ActorKind.PERSON, *parts)


def test_packed_ids_are_sixteen_bytes_each_in_order() -> None:
    assert pack([UUID(int=1), UUID(int=2)]) == bytes(15) + b"\x01" + bytes(15) + b"\x02"


@pytest.mark.parametrize("wrong", [{"served": b"123"}, {"sight": b"123"}, {"refused": "closed", "served": bytes(16)}])
def test_a_read_of_the_wrong_shape_is_refused(wrong: dict[str, bytes | str]) -> None:
    with pytest.raises(ValueError, match=r"served|Sight|serves"):
        replace(READ, **wrong)


def test_naive_instants_are_refused() -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        replace(READ, at=naive)
    with pytest.raises(ValueError, match="aware"):
        Change(by=system("test"), at=naive, event="entry.hidden", patient_id=1)
