"""Values that are odd, partial or of another release: kept with their meaning, or the whole resource is refused."""

from typing import Any

import orjson
import pytest

from openrecord.clinical.codes import medicine_unit
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.r4.hints import UnusableResource
from tests.unit.clinical.r4_resources import MARKER, concept, entry, observation, resource


def shown(given: JsonObject, *others: JsonObject) -> Any:
    return orjson.loads(entry(given, *others).full)


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg/L"}},
        {"valueQuantity": {"value": -3.5, "comparator": ">="}},
        {"valueQuantity": {"comparator": ">"}},
        {"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2 E"}},
        {"valuePeriod": {"start": "2020", "end": "2020-02"}},
        {"valueTime": "10:30:00"},
        {"valueDateTime": "2020-03"},
        {"valueRange": {"low": {"value": 1}}},
        {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}},
        {"valueBoolean": False},
        {"valueInteger": 0},
        {"valueString": "trace"},
        {"component": [{"code": {"text": "Systolic"}, "valueQuantity": {"value": 120}}]},
        {"referenceRange": [{"text": "negative"}]},
        {"effectiveDateTime": "2016-12-31T23:59:60.123456789+00:00"},
        {"effectiveDateTime": "1899"},
    ],
)
def test_values_of_every_kind_are_kept(value: JsonObject) -> None:
    assert shown(observation(**value)).items() >= value.items()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"valueQuantity": {"value": 5, "comparator": "less than"}}, "Observation.valueQuantity.comparator"),
        ({"valueQuantity": {"value": 5, "comparator": 1}}, "Observation.valueQuantity.comparator"),
        ({"referenceRange": [{"high": {"value": 5, "comparator": "~"}}]}, "Observation.referenceRange.high.comparator"),
        ({"valueQuantity": {"value": "5"}}, "Observation.valueQuantity.value"),
        ({"valueQuantity": {"value": True}}, "Observation.valueQuantity.value"),
        ({"valueAttachment": {"title": MARKER}}, "Observation.valueAttachment"),
        ({"valueReference": {"display": MARKER}}, "Observation.valueReference"),
        ({"component": [{"code": concept(), "valueAttachment": {}}]}, "Observation.component.valueAttachment"),
        ({"code": concept("3834\x1f1003")}, "Observation.code.coding.code"),
        ({"category": [{"coding": [{"system": "a\nb", "code": "x"}]}]}, "Observation.category.coding.code"),
    ],
)
def test_a_value_that_would_say_something_else_without_a_part_is_refused(value: JsonObject, path: str) -> None:
    with pytest.raises(UnusableResource, match="wrong_type") as error:
        entry(observation(**value))
    assert error.value.detail.startswith(path)
    assert MARKER not in error.value.detail


def test_nothing_in_the_place_of_something_counts_as_absent() -> None:
    given = observation(
        valueQuantity={"value": 5, "comparator": "", "unit": None}, note=[None], meta=None, encounter=None
    )
    given["code"] = {"coding": [None, *concept()["coding"]], "text": None}
    assert shown(given)["valueQuantity"] == {"value": 5}
    assert shown(given)["code"] == concept()


@pytest.mark.parametrize(
    "date", ["\u0662\u0660\u0662\u0660", "2020-\u0660\u0661", "2020-01-01T10:00:00z", "01/02/2020"]
)
def test_a_date_in_another_form_is_not_served(date: str) -> None:
    assert "effectiveDateTime" not in shown(observation(effectiveDateTime=date))


def test_a_relative_is_not_named_though_the_reference_does() -> None:
    relative = {"resourceType": "RelatedPerson", "id": "r", "name": [{"text": MARKER}]}
    by_name = {"reference": "#r", "display": MARKER}
    assert MARKER not in str(shown(observation(performer=[by_name], contained=[relative])))
    by_address = {"reference": "urn:uuid:1", "display": MARKER}
    assert MARKER in str(shown(resource("MedicationStatement", informationSource=by_address)))
    statement = resource("MedicationStatement", informationSource={**by_address, "reference": "RelatedPerson/r"})
    assert MARKER not in str(shown(statement, relative))


@pytest.mark.parametrize(
    "medicine",
    [
        {"medicationCodeableConcept": {}},
        {"medicationCodeableConcept": None},
        {"medicationCodeableConcept": {"coding": [], "text": " "}},
        {"medication": {"concept": concept()}},
    ],
)
@pytest.mark.parametrize("kind", ["MedicationRequest", "MedicationStatement"])
def test_a_medicine_that_is_not_named_is_refused(kind: str, medicine: JsonObject) -> None:
    given = {"resourceType": kind, "id": "1", "status": "active", "intent": "order", **medicine}
    with pytest.raises(UnusableResource, match="unknown_medicine"):
        entry(given)


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        (
            {"coding": [{"system": "urn:x", "code": "a"}, {"system": "https://dmd.nhs.uk", "code": "7"}]},
            "http://snomed.info/sct|7",
        ),
        ({"coding": {"system": "http://snomed.info/sct", "code": "7"}}, "http://snomed.info/sct|7"),
        ({"coding": [{"code": "a"}, {"system": "urn:x", "code": "b"}], "text": "T"}, "urn:x|b"),
        ({"coding": [{"code": "a", "display": "Some  Tablets"}]}, "text|some tablets"),
        ({"coding": [{"code": "a"}]}, "|a"),
        ({"coding": 5, "text": "T"}, "text|t"),
        ({"text": "x" * 600}, "digest|"),
        ({"coding": 5}, None),
        ("x", None),
        (None, None),
    ],
)
def test_the_unit_of_a_medicine(given: object, unit: str | None) -> None:
    found = medicine_unit(given)
    assert found == unit or (unit == "digest|" and found is not None and found.startswith(unit) and len(found) < 50)
