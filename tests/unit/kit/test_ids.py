"""Ids made many at a time are as good as ids made one by one."""

from uuid import UUID

import pytest

from openrecord.kit import ids


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_many_ids_are_each_a_uuid_of_version_7(count: int) -> None:
    made = [UUID(bytes=raw) for raw in ids.many_time_ordered_bytes(count)]
    assert len(set(made)) == count
    assert all((identity.version, identity.variant) == (7, "specified in RFC 4122") for identity in made)


def test_one_draw_of_the_same_bytes_gives_the_same_random_part() -> None:
    ids.use_random(lambda count: bytes([0xA5]) * count)
    try:
        one, (many, _) = ids.time_ordered_bytes(), ids.many_time_ordered_bytes(2)
    finally:
        ids.use_random(None)
    assert one[6:] == many[6:]
