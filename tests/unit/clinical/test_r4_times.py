"""Recorded and clinical dates by the one table."""

from datetime import UTC, datetime

import pytest

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.r4.hints import Hints
from openrecord.clinical.r4.times import Times, times_of
from tests.unit.clinical.r4_resources import entry, observation, resource

EARLY, LATE = "2024-01-02T10:00:00Z", "2024-03-04T11:00:00Z"
FIRST, SECOND = datetime(2024, 1, 2, 10, tzinfo=UTC), datetime(2024, 3, 4, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        observation(effectiveDateTime=EARLY, issued=LATE),
        observation(effectiveInstant=EARLY, issued=LATE),
        observation(effectivePeriod={"start": EARLY}, issued=LATE),
        resource("Condition", onsetDateTime=EARLY, recordedDate=LATE),
        resource("Condition", onsetPeriod={"start": EARLY}, recordedDate=LATE),
        resource("AllergyIntolerance", onsetDateTime=EARLY, recordedDate=LATE),
        resource("MedicationStatement", effectivePeriod={"start": EARLY}, dateAsserted=LATE),
        resource("Immunization", occurrenceDateTime=EARLY, recorded=LATE),
        resource("DiagnosticReport", effectiveDateTime=EARLY, issued=LATE),
        resource("DocumentReference", context={"period": {"start": EARLY}}, date=LATE),
        resource("DocumentReference", content=[{"attachment": {"creation": EARLY}}], date=LATE),
        resource("Specimen", collection={"collectedDateTime": EARLY}, receivedTime=LATE),
    ],
)
def test_recorded_and_clinical_by_type(given: JsonObject) -> None:
    assert times_of(given) == Times(SECOND, FIRST, inferred=False)


@pytest.mark.parametrize(
    "given",
    [
        resource("MedicationRequest", authoredOn=EARLY),
        resource("ServiceRequest", authoredOn=EARLY, occurrenceDateTime=LATE),
        resource("QuestionnaireResponse", authored=EARLY),
        resource("Condition", recordedDate=EARLY),
        resource("DocumentReference", date=EARLY),
    ],
)
def test_types_whose_recorded_date_is_the_clinical_date(given: JsonObject) -> None:
    assert times_of(given) == Times(FIRST, FIRST, inferred=False)


@pytest.mark.parametrize(
    "given",
    [resource("Encounter", period={"start": EARLY}), resource("Procedure", performedPeriod={"start": EARLY})],
)
def test_types_without_recorded_date_take_the_clinical_date(given: JsonObject) -> None:
    assert times_of(given) == Times(FIRST, FIRST, inferred=True)


def test_missing_recorded_date_is_never_inferred_for_a_type_that_has_one() -> None:
    assert times_of(observation(effectiveDateTime=EARLY)) == Times(None, FIRST, inferred=False)
    assert times_of(resource("Encounter")) == Times(None, None, inferred=False)
    assert times_of(resource("FamilyMemberHistory", date=EARLY)) == Times(None, None, inferred=False)


def test_malformed_date_is_a_missing_one() -> None:
    given = observation(effectiveDateTime="lately", effectiveInstant=EARLY, issued="2024-13-45")
    assert times_of(given) == Times(None, FIRST, inferred=False)
    assert times_of(resource("Immunization", occurrenceString="2024-01-02")).clinical is None


def test_format_overrules_the_recorded_date() -> None:
    assert times_of(resource("Encounter", period={"start": EARLY}), SECOND) == Times(SECOND, FIRST, inferred=False)
    assert Hints("x", recorded=SECOND).recorded == SECOND


def test_entry_carries_the_times_and_the_version() -> None:
    made = entry(observation(issued=LATE, meta={"versionId": "7", "lastUpdated": EARLY}))
    assert (made.recorded, made.clinical, made.version_id, made.version_time) == (SECOND, None, 7, FIRST)
    assert entry(observation(meta={"versionId": "W/7"})).version_id is None
