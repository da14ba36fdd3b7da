"""What the worklist says of an item: by when to decide, and what happens where nobody does."""

from datetime import UTC, datetime, timedelta

from openrecord.screening.types import Item, ItemState
from openrecord.staff.presenters.queue import due_in_words, state_in_words

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = AT.replace(hour=0)


def test_it_is_said_when_a_policy_releases_it_by_itself() -> None:
    leaves = MIDNIGHT + 6 * DAY
    item = Item(ItemState.UNDECIDED, AT - 8 * DAY, MIDNIGHT - DAY, leaves)
    assert state_in_words(item, AT) == "Without a decision the patient sees it from 6 December 2026"
    assert due_in_words(item, AT) == "Overdue since 29 November 2026"


def test_what_only_a_person_releases_waits_for_one() -> None:
    item = Item(ItemState.UNDECIDED, AT, MIDNIGHT + DAY, None)
    assert state_in_words(item, AT) == "Waiting for a decision"
    held = Item(ItemState.HELD_UNTIL, AT, MIDNIGHT, None)
    assert state_in_words(held, AT) == "Hold ended, waiting for a decision"
