"""Decimals keep the digits that the source wrote, from the file to the stored body."""

import orjson
import pytest

from openrecord.clinical import wire
from openrecord.clinical.reading import read
from tests.unit.clinical.r4_resources import PATIENT, bundle, observation


@pytest.mark.parametrize(
    "text", [b"7.10", b"0.000", b"-0.0", b"1.0E+5", b"0.1234567890123456789012", b"12", b"-3", b"18446744073709551615"]
)
def test_numbers_come_out_as_they_went_in(text: bytes) -> None:
    assert wire.dumps({"value": wire.loads(text)}) == b'{"value":' + text + b"}"


@pytest.mark.parametrize(
    "text", [b"1e400", b"-1e308000", b"1e99999999999999999999", b"NaN", b"[" * 5000, b'"\xff"', b""]
)
def test_what_others_could_not_read_is_not_read(text: bytes) -> None:
    with pytest.raises(wire.NotJson):
        wire.loads(text)


def test_equal_values_give_equal_text() -> None:
    assert wire.dumps_in_order({"b": 1, "a": {"d": 2, "c": 3}}) == b'{"a":{"c":3,"d":2},"b":1}'


def test_what_is_no_json_value_is_refused() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        wire.dumps({"value": object()})


def test_a_result_keeps_its_precision_and_its_size() -> None:
    ranges = [{"low": {"value": 3.0}, "high": {"value": 5.50}}]
    text = orjson.dumps(bundle(PATIENT, observation(valueQuantity={"value": 0}, referenceRange=ranges)))
    text = (
        text.replace(b'"value":0}', b'"value":7.10}')
        .replace(b"5.5", b"5.50")
        .replace(b"3.0", b"12345678901234567890123")
    )
    (entry,) = read(text).messages[0].entries
    assert b'"valueQuantity":{"value":7.10}' in entry.full
    assert b'"low":{"value":12345678901234567890123},"high":{"value":5.50}' in entry.full
