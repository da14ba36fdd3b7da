"""Entries as presenters take them, from plain mappings."""

import json
from collections.abc import Mapping
from datetime import datetime

from openrecord.web.records.values import Shown, parts_of


def shown_of(
    href: str, reference: str, date: str, body: Mapping[str, object], clinical: datetime | None = None
) -> Shown:
    """An entry of the record with this R4 body."""
    raw = json.dumps(body).encode()
    return Shown(href, "/record", reference, date, raw, parts_of(raw), clinical)
