"""Noting whom a first placement is news for. Nothing clinical leaves; sending decides again (a later station)."""

from openrecord.access import queries as access
from openrecord.access.types import ViewerKind
from openrecord.db import sql
from openrecord.kit.ids import time_ordered_bytes
from openrecord.kit.instants import to_micros
from openrecord.screening.events import PlacementsChanged
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader


def tell(event: PlacementsChanged) -> None:
    """Every person with an account who can see a newly placed entry at this instant has something new."""
    if not event.news:
        return
    rows = []
    for viewer in access.people_viewing(event.patient_id, at=event.at):
        if viewer.kind is ViewerKind.APP:
            continue
        reader = Reader(event.patient_id, viewer.viewer_id, None, "web")
        seen = timeline.visible(reader, event.news, at=event.at)
        rows += [
            (event.patient_id, time_ordered_bytes(), viewer.viewer_id.bytes, entry, to_micros(event.at))
            for entry in event.news
            if entry in seen
        ]
    sql.insert("notify_notice", ("patient_id", "id", "viewer_id", "entry", "at"), rows)
