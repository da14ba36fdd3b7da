"""Reading codes, quantities and references, broken ones included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.web.records.elements import concept, notes, number, quantity_text, references, unit_in_words
from openrecord.web.records.sections import detail_of
from openrecord.web.records.values import Shown

TEXT = st.text("az09 -.:/<&\"'\u00e9\u2019\U0001f600\x00", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
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
    ("given_value", "words"),
    [(4.0, "4"), (4.5, "4.5"), (0.00001, "0.00001"), (1e-7, "0.0000001"), (12, "12"), (1e21, "1" + "0" * 21),
     (True, ""), ("4", "")],
)  # fmt: skip
def test_numbers_keep_their_value(given_value: object, words: str) -> None:
    assert number(given_value) == words


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value: float) -> None:
    assert float(number(value)) == value


def test_a_quantity_keeps_its_comparator() -> None:
    assert quantity_text({"value": 5, "comparator": "<", "unit": "mg/L"}) == "<5 mg/L"


@pytest.mark.parametrize(
    ("unit", "words"),
    [("10*9/L", "\u00d710\u2079/L"), ("ug/L", "\u00b5g/L"), ("umol/L", "\u00b5mol/L"), ("mm[Hg]", "mmHg"),
     ("{score}", ""), ("unit/mL", "unit/mL"), ("mmol/mol", "mmol/mol")],
)  # fmt: skip
def test_units_as_people_read_them(unit: str, words: str) -> None:
    assert unit_in_words(unit) == words


def test_references_and_notes_skip_what_is_broken() -> None:
    assert references([{"reference": "A/1"}, {"display": "x"}, 3]) == ("A/1",)
    assert notes({"note": [{"text": " a "}, {"text": ""}, "b"]}) == ("a",)


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=8))
def test_no_body_however_broken_stops_a_page(kind: str, elements: dict[str, object]) -> None:
    shown = Shown("/h", "/record", f"{kind}/1", "", {**elements, "resourceType": kind})
    assert detail_of(shown, (shown,)).title
