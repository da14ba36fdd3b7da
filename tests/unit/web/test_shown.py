"""How much of a date the pages show: as much as the record says, and no day that nobody wrote down."""

import json

import pytest

from openrecord.clinical.dates import earliest
from openrecord.clinical.kinds import Slot
from openrecord.web.records import timeline
from openrecord.web.records.sections import shown
from openrecord.web.records.values import Shown


def dated(said: str) -> Shown:
    """A vaccination of this date, as the timeline serves it."""
    body = {"resourceType": "Immunization", "id": "i", "vaccineCode": {"text": "MMR"}, "occurrenceDateTime": said}
    return shown(Slot.IMMUNISATION, earliest(said), json.dumps(body).encode(), "/record")


@pytest.mark.parametrize(
    ("said", "words", "month", "day"),
    [
        ("2019", "2019", "2019", ""),
        ("2019-01", "January 2019", "January 2019", ""),
        ("2019-01-01", "1 January 2019", "January 2019", "1 January 2019"),
        ("2019-01-01T00:00:00Z", "1 January 2019", "January 2019", "1 January 2019"),
        ("2019-07", "July 2019", "July 2019", ""),
        ("2020-02-29", "29 February 2020", "February 2020", "29 February 2020"),
    ],
)
def test_a_date_is_shown_as_far_as_the_record_says_it(said: str, words: str, month: str, day: str) -> None:
    entry = dated(said)
    assert entry.date == words
    (found,) = timeline.months([entry])
    assert (found.heading, [each.date for each in found.days]) == (month, [day])
    assert found.days[0].items[0].line.date == words


def test_a_body_that_no_longer_says_its_date_keeps_the_day() -> None:
    body = json.dumps({"resourceType": "Immunization", "id": "i"}).encode()
    assert shown(Slot.IMMUNISATION, earliest("2019"), body, "/record").date == "1 January 2019"
