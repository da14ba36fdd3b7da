"""What lies around an entry: nothing that may not be seen takes the place of what may."""

from uuid import UUID

import pytest

from openrecord.clinical.kinds import Level
from openrecord.timeline import around
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import Reader
from openrecord.web.records.sections import BY_SLUG
from tests.integration.fhir.world import AT, Record, observation, stopped
from tests.integration.pages.test_statements import DAY, resource


@pytest.mark.parametrize("portion", [500, 3], ids=["at once", "in portions"])
def test_what_may_not_be_seen_takes_no_place_among_what_is_named(
    record: Record, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    """Of ten that are named eight are letters, which the level leaves out; two are as many as are named at most."""
    monkeypatch.setattr(around, "MOST_NAMED", 2)
    monkeypatch.setattr(around.sql, "PORTION", portion)
    stopped()
    letters = [
        resource("DocumentReference", f"l{number}", status="current", docStatus="final", date=f"{DAY}T12:00:00Z",
                 content=[{"attachment": {"contentType": "application/pdf"}}])
        for number in range(8)
    ]  # fmt: skip
    seen = [observation(f"seen{number}", DAY) for number in range(2)]
    named = [{"reference": f"{one['resourceType']}/{one['id']}"} for one in (*letters, *seen)]
    record.deliver(*letters, *seen, resource("Condition", "asthma", recordedDate=DAY, evidence=[{"detail": named}]))
    record.lower(Level.DETAILED)
    reader = Reader(record.patient.patient_id, record.viewer, None, "web")
    (problem,) = timeline.page(reader, slots=BY_SLUG["health-conditions"].slots, at=AT).entries
    found = around.around(reader, UUID(bytes=problem.key), test_of=lambda _: None, at=AT)
    assert found is not None
    assert [one.slot.name for one in found.named] == ["VITAL_SIGNS"] * 2
