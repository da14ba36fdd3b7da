"""FHIR dates: a partial or zoneless one counts from the earliest instant it can mean (decision cases README, Time)."""

from datetime import UTC
from typing import Any

import pytest

from openrecord.clinical.dates import InvalidDate, earliest, earliest_or_none
from tests.unit.rules.facts import utc


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2024", "2024-01-01T00:00"),
        ("2024-08", "2024-07-31T23:00"),
        ("2024-11", "2024-11-01T00:00"),
        ("2024-08-15", "2024-08-14T23:00"),
        ("2024-01-15", "2024-01-15T00:00"),
        ("2024-08-15T10:30:00Z", "2024-08-15T10:30"),
        ("2024-08-15T10:30:00.250Z", "2024-08-15T10:30:00.250"),
        ("2024-08-15T10:30:00+05:30", "2024-08-15T05:00"),
        ("2024-01-15T10:30:00", "2024-01-15T10:30"),
        ("2024-08-15T10:30:00", "2024-08-15T09:30"),
        ("2024-10-27T01:30:00", "2024-10-27T00:30"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59"),
        ("2024-08-15T10:30:00.123456789Z", "2024-08-15T10:30:00.123456"),
        ("2024-08-15T10:30Z", "2024-08-15T10:30"),
        ("1899-12-31", "1899-12-31T00:00"),
    ],
)
def test_a_date_means_its_earliest_instant_in_london(text: str, means: str) -> None:
    assert earliest(text) == utc(means)
    assert earliest(text).tzinfo is UTC
    assert earliest_or_none(text) == utc(means)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday", "20", "2024-13", "2024-00", "20x4", "2024-02-30", "2024-08-15T25:00:00Z", "2024-08-15T24:00:00Z",
        "9999-12-31T23:59:59-10:00", "2024/08", "2024108", "20240815", "2024-W33-4", "2_24", "٢٠٢٤", "2024-08-15T10",
        "2024-08-15T10:30:00z", "2024-08-15T10:60:00Z", " 2024", "2024-08-15T10:30:61Z",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused_without_repeating_it_and_counts_as_missing(text: str) -> None:
    with pytest.raises(InvalidDate) as refused:
        earliest(text)
    assert str(refused.value) == "not a FHIR date or dateTime"
    assert earliest_or_none(text) is None


@pytest.mark.parametrize("value", [None, "", 2024, ["2024-08-15"], {"value": "2024"}])
def test_a_value_that_is_no_text_counts_as_missing(value: object) -> None:
    assert earliest_or_none(value) is None


def test_no_text_at_all_is_no_date() -> None:
    nothing: Any = None
    with pytest.raises(InvalidDate):
        earliest(nothing)
