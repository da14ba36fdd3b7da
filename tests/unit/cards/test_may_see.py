"""Who sees a card: patients all about their record, proxies their own, apps none."""

import uuid
from datetime import UTC, datetime

import pytest

from openrecord.access.types import ViewerId, ViewerKind
from openrecord.cards.types import Card, CardId, may_see

MINE, THEIRS = ViewerId(uuid.uuid4()), ViewerId(uuid.uuid4())


@pytest.mark.parametrize(
    ("kind", "viewer", "sees"),
    [
        (ViewerKind.SELF, MINE, True),
        (ViewerKind.SELF, THEIRS, True),
        (ViewerKind.PROXY, MINE, True),
        (ViewerKind.PROXY, THEIRS, False),
        (ViewerKind.APP, MINE, False),
    ],
)
def test_who_sees_a_card(kind: ViewerKind, viewer: ViewerId, sees: bool) -> None:
    card = Card(CardId(uuid.uuid4()), MINE, "kid", "rid", b"", datetime(2025, 3, 3, tzinfo=UTC), None)
    assert may_see(card, viewer, kind) is sees
