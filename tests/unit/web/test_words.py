"""Dates as people read them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from openrecord.web import text
from openrecord.web.words import day_in_words, fhir_date_in_words


@pytest.fixture
def welsh() -> Iterator[None]:
    text.activate(text.WELSH)
    yield
    text.activate(text.ENGLISH)


@pytest.mark.parametrize(
    ("given_text", "words"),
    [
        ("2024", "2024"),
        ("2024-03", "March 2024"),
        ("2024-03-03", "3 March 2024"),
        ("2024-03-03T09:30:00Z", "3 March 2024"),
        ("2024-06-30T23:30:00Z", "1 July 2024"),
        ("soon", ""),
        (None, ""),
        (2024, ""),
    ],
)
def test_partial_dates_stay_partial_and_instants_are_london_days(given_text: object, words: str) -> None:
    assert fhir_date_in_words(given_text) == words


def test_days() -> None:
    assert day_in_words(date(2024, 3, 3)) == "3 March 2024"
    assert day_in_words(datetime(2024, 6, 30, 23, 30, tzinfo=UTC)) == "1 July 2024"
    assert day_in_words(None) == ""


@pytest.mark.usefixtures("welsh")
def test_welsh_months() -> None:
    assert fhir_date_in_words("2024-03-03") == "3 Mawrth 2024"
    assert day_in_words(date(2024, 8, 1)) == "1 Awst 2024"
