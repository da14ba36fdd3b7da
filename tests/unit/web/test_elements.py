"""Reading codes, quantities and references, broken ones included."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web.records.elements import (
    concept,
    decoded,
    notes,
    number,
    quantity_text,
    references,
    references_in,
    unit_in_words,
)
from openrecord.web.records.events import any_line
from openrecord.web.records.sections import detail_of
from tests.unit.web.entries import shown_of

TEXT = st.text("az09 -.:/<&\"'\u00e9\u2019\U0001f600\x00", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
TYPES = [
    "Observation",
    "DiagnosticReport",
    "Encounter",
    "Procedure",
    "QuestionnaireResponse",
    "MedicationStatement",
    "MedicationRequest",
    "AllergyIntolerance",
    "Immunization",
    "Condition",
    "ServiceRequest",
    "DocumentReference",
    "Specimen",
    "Unheard",
]
ELEMENTS = [
    "code",
    "status",
    "category",
    "note",
    "valueQuantity",
    "valueCodeableConcept",
    "component",
    "referenceRange",
    "interpretation",
    "result",
    "period",
    "participant",
    "item",
    "reaction",
    "performer",
    "encounter",
    "content",
    "dosage",
    "dosageInstruction",
    "medicationReference",
    "basedOn",
    "issued",
]


@pytest.mark.parametrize(
    ("given_value", "words"),
    [
        ({"text": "Own words", "coding": [{"display": "Other"}]}, "Own words"),
        ({"coding": [{"display": "First"}, {"display": "Chosen", "userSelected": True}]}, "Chosen"),
        ({"coding": [{"code": "1"}, {"display": "Second"}]}, "Second"),
        ({"coding": [{"display": "Asthma (disorder)"}]}, "Asthma"),
        ({"coding": [{"display": "Penicillin (as a spray)"}]}, "Penicillin (as a spray)"),
        ({"text": 7}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_the_words_of_a_concept(given_value: object, words: str) -> None:
    assert concept(given_value) == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"4.0", "4.0"), (b"7.10", "7.10"), (b"0.00001", "0.00001"), (b"1e-7", "0.0000001"), (b"12", "12"),
     (b"1e21", "1" + "0" * 21), (b"1e999999999", "1E+999999999"), (b"true", ""), (b'"4"', "")],
)  # fmt: skip
def test_numbers_keep_the_digits_they_came_with(raw: bytes, words: str) -> None:
    assert number(decoded(raw)) == words


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value: Decimal) -> None:
    assert Decimal(number(value)) == value


def test_a_quantity_keeps_its_comparator() -> None:
    assert quantity_text({"value": 5, "comparator": "<", "unit": "mg/L"}) == "<5 mg/L"


@pytest.mark.parametrize(
    ("unit", "words"),
    [("10*9/L", "\u00d710\u2079/L"), ("ug/L", "\u00b5g/L"), ("umol/L", "\u00b5mol/L"), ("mm[Hg]", "mmHg"),
     ("{score}", ""), ("unit/mL", "unit/mL"), ("mmol/mol", "mmol/mol"), ("[iU]/mL", "IU/mL"), ("m[iU]/L", "mIU/L"),
     ("[oz_av]/d", "oz/d"), ("[pH]", "pH"), ("u[iU]/mL", "\u00b5IU/mL"), ("/wk", "per week")],
)  # fmt: skip
def test_units_as_people_read_them(unit: str, words: str) -> None:
    assert unit_in_words(unit) == words


def test_references_and_notes_skip_what_is_broken() -> None:
    assert references([{"reference": "A/1"}, {"display": "x"}, 3]) == ("A/1",)
    assert notes({"note": [{"text": " a "}, {"text": ""}, "b"]}) == ("a",)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=8))
def test_no_body_however_broken_stops_a_page(kind: str, elements: dict[str, object]) -> None:
    shown = shown_of("/h", f"{kind}/1", "", {**elements, "resourceType": kind})
    assert detail_of(shown, (shown,)).title
    assert any_line(shown)[1].title


@given(st.recursive(
    st.none() | st.integers() | TEXT | st.fixed_dictionaries({}, optional={"reference": TEXT}),
    lambda inner: st.lists(inner, max_size=3) | st.fixed_dictionaries({"reference": inner}), max_leaves=5,
))  # fmt: skip
def test_references_are_found_without_taking_all_apart(value: object) -> None:
    raw = json.dumps(value).encode()
    assert references_in(raw) == references(decoded(raw))
