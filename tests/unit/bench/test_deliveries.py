"""What is taken in is whole whatever its order, and interleaved where it says so."""

from collections import Counter
from pathlib import Path

import orjson
import pytest

from openrecord.clinical.reading import read
from openrecord_demo.bench.deliveries import Delivery, Order, deliver, interleaved
from openrecord_demo.england.model import Format

ENTRIES = 800
EVERY = [(form, order) for form in (Format.R4, Format.STU3) for order in Order]
POSSIBLE = [pair for pair in EVERY if pair != (Format.STU3, Order.SINGLY)]


def made(folder: Path, form: Format, order: Order) -> tuple[Delivery, list[bytes]]:
    delivery = deliver(folder / "out", format=form, order=order, entries=ENTRIES)
    return delivery, [path.read_bytes() for path in sorted(delivery.folder.iterdir())]


def whose(message: bytes) -> str:
    patients = [
        item["resource"] for item in orjson.loads(message)["entry"] if item["resource"]["resourceType"] == "Patient"
    ]
    assert len(patients) == 1
    return next(str(one["value"]) for one in patients[0]["identifier"] if one["system"].endswith("/nhs-number"))


@pytest.mark.parametrize(("form", "order"), POSSIBLE)
def test_every_entry_is_in_some_message(tmp_path: Path, form: Format, order: Order) -> None:
    delivery, messages = made(tmp_path, form, order)
    readings = [message for data in messages for message in read(data).messages]
    assert delivery.entries == ENTRIES
    assert len(messages) == delivery.messages == len(readings)
    assert sum(len(message.entries) for message in readings) == ENTRIES
    assert not any(message.problems for message in readings)
    assert len(delivery.people) == len(set(delivery.people)) == 16


@pytest.mark.parametrize(("form", "order"), POSSIBLE)
def test_messages_are_as_long_as_their_order_says(tmp_path: Path, form: Format, order: Order) -> None:
    _, messages = made(tmp_path, form, order)
    lengths = Counter(len(read(data).messages[0].entries) for data in messages)
    if order is Order.BY_PATIENT:
        assert lengths == {50: 16}
    elif order is Order.SINGLY:
        assert lengths == {1: ENTRIES}
    else:
        assert 1 < max(lengths) < 25


@pytest.mark.parametrize("order", [Order.ARRIVAL, Order.SINGLY])
def test_patients_are_interleaved(tmp_path: Path, order: Order) -> None:
    delivery, messages = made(tmp_path, Format.R4, order)
    assert [whose(message) for message in messages[:32]] == [*delivery.people, *delivery.people]


def test_single_entries_keep_what_they_say_of_each_other(tmp_path: Path) -> None:
    _, whole = made(tmp_path / "whole", Format.R4, Order.BY_PATIENT)
    _, single = made(tmp_path / "single", Format.R4, Order.SINGLY)
    assert {item for data in whole for item in told(data)} == {item for data in single for item in told(data)}


def told(message: bytes) -> set[bytes]:
    return {orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in orjson.loads(message)["entry"]}


def test_a_delivery_is_the_same_each_time(tmp_path: Path) -> None:
    (_, first), (_, second) = (made(tmp_path / name, Format.STU3, Order.ARRIVAL) for name in ("a", "b"))
    assert first == second


def test_gp_connect_has_no_message_for_one_entry(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="R4"):
        deliver(tmp_path / "out", format=Format.STU3, order=Order.SINGLY, entries=ENTRIES)


def test_interleaving_goes_on_when_somebody_has_no_more() -> None:
    assert list(interleaved([iter([b"a1"]), iter([b"b1", b"b2", b"b3"])])) == [b"a1", b"b1", b"b2", b"b3"]
