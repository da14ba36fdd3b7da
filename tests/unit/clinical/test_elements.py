"""The allow-lists: what of a resource is coded, what is free text, what is dropped."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical import elements
from openrecord.clinical.datatypes import WrongShape
from openrecord.clinical.elements import Rendering, allow_list, listed_types
from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.r4.directory import Directory
from tests.unit.clinical.r4_resources import MARKER, concept, observation, resource

NAMES = Directory()
LISTS = sorted((Path(elements.__file__).parent / "data" / "elements").glob("*.toml"))


def render(given_resource: JsonObject) -> tuple[JsonObject, JsonObject]:
    allowed = allow_list(given_resource["resourceType"])
    assert allowed is not None
    rendering = allowed.render(given_resource, NAMES)
    return rendering.full, rendering.coded


def test_list_names_its_review_status_and_covers_the_types_that_are_shown() -> None:
    assert all("REVIEW STATUS: unreviewed" in file.read_text(encoding="utf-8") for file in LISTS)
    shown = "Observation Condition AllergyIntolerance MedicationRequest MedicationStatement Immunization Encounter"
    shown += " DiagnosticReport DocumentReference ServiceRequest Procedure Specimen QuestionnaireResponse Patient"
    assert listed_types() == frozenset(shown.split())


@pytest.mark.parametrize(
    ("given_resource", "free"),
    [
        (observation(valueString=MARKER), "valueString"),
        (observation(note=[{"text": MARKER}]), "note"),
        (observation(component=[{"code": concept(), "valueString": MARKER}]), "valueString"),
        (observation(referenceRange=[{"low": {"value": 1}, "text": MARKER}]), "text"),
        (observation(code={"text": MARKER}), "code"),
        (observation(code=concept(text=MARKER)), "text"),
        (observation(valueCodeableConcept={"coding": [{"display": MARKER}]}), "valueCodeableConcept"),
        (observation(performer=[{"display": MARKER}]), "performer"),
        (observation(performer=[{"type": "Practitioner", "display": MARKER}]), "performer"),
        (resource("DiagnosticReport", conclusion=MARKER), "conclusion"),
        (resource("DiagnosticReport", presentedForm=[{"contentType": "text/plain", "title": MARKER}]), "presentedForm"),
        (resource("DocumentReference", description=MARKER), "description"),
        (resource("DocumentReference", content=[{"attachment": {"contentType": "a/b", "title": MARKER}}]), "title"),
        (resource("Condition", note=[{"text": MARKER}]), "note"),
        (resource("Condition", onsetString=MARKER), "onsetString"),
        (resource("AllergyIntolerance", reaction=[{"description": MARKER, "severity": "mild"}]), "description"),
        (resource("Encounter", reasonCode=[{"text": MARKER}]), "reasonCode"),
        (resource("ServiceRequest", reasonCode=[{"text": MARKER}]), "reasonCode"),
        (resource("ServiceRequest", note=[{"text": MARKER}]), "note"),
        (resource("Specimen", note=[{"text": MARKER}]), "note"),
        (resource("Immunization", occurrenceString=MARKER), "occurrenceString"),
        (resource("Procedure", note=[{"text": MARKER}]), "note"),
        (resource("MedicationStatement", note=[{"text": MARKER}]), "note"),
        (resource("QuestionnaireResponse", item=[{"linkId": "1", "answer": [{"valueString": MARKER}]}]), "valueString"),
    ],
)
def test_free_text_is_in_the_full_rendering_only(given_resource: JsonObject, free: str) -> None:
    full, coded = render(given_resource)
    assert MARKER in json.dumps(full)
    assert MARKER not in json.dumps(coded)
    assert f'"{free}"' in json.dumps(full)


@pytest.mark.parametrize(
    ("given_resource", "kept"),
    [
        (resource("MedicationRequest", dosageInstruction=[{"text": MARKER}]), "dosageInstruction"),
        (resource("MedicationRequest", dosageInstruction=[{"patientInstruction": MARKER}]), "patientInstruction"),
        (resource("MedicationStatement", dosage=[{"text": MARKER}]), "dosage"),
        (resource("Encounter", type=[{"text": MARKER}]), "type"),
        (observation(code=concept(display=MARKER, text=MARKER)), "text"),
    ],
)
def test_dosage_kind_of_contact_and_a_text_equal_to_the_display_are_coded(
    given_resource: JsonObject, kept: str
) -> None:
    full, coded = render(given_resource)
    assert coded is full
    assert f'"{kept}"' in json.dumps(coded)


@pytest.mark.parametrize(
    "element",
    [
        *("text", "contained", "meta", "id", "identifier", "subject", "implicitRules", "language", "extension"),
        *("encounter", "hasMember", "derivedFrom", "basedOn", "partOf", "specimen", "_valueString", "unheardOf"),
    ],
)
def test_what_is_unlisted_or_a_link_is_dropped(element: str) -> None:
    full, _ = render({**observation(), element: [{"reference": f"Observation/{MARKER}"}]})
    assert set(full) == {"resourceType", "status", "code"}


def test_only_listed_extensions_stay() -> None:
    significance = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ProblemSignificance"
    extensions = [{"url": significance, "valueCode": "major"}, {"url": "http://example.org/x", "valueString": MARKER}]
    full, coded = render(resource("Condition", extension=extensions))
    assert coded is full
    assert full["extension"] == [{"url": significance, "valueCode": "major"}]


def test_complex_extension_keeps_its_listed_parts() -> None:
    repeat = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationRepeatInformation"
    parts = [{"url": "numberOfPrescriptionsIssued", "valueUnsignedInt": 2}, {"url": "other", "valueString": MARKER}]
    full, _ = render(resource("MedicationRequest", extension=[{"url": repeat, "extension": parts}]))
    assert full["extension"] == [{"url": repeat, "extension": parts[:1]}]


def test_malformed_dates_and_codes_are_dropped_so_that_no_text_stands_there() -> None:
    full, _ = render(observation(effectiveDateTime="when she told me", status="said to be final", issued="2024-02"))
    assert set(full) == {"resourceType", "code", "issued"}


def test_external_addresses_of_files_are_not_served() -> None:
    attachment = {"contentType": "application/pdf", "url": "https://example.org/Binary/1", "data": "QQ=="}
    full, _ = render(resource("DocumentReference", content=[{"attachment": attachment}]))
    mark = f"#{sha256(b'A').hexdigest()}"
    assert full["content"] == [{"attachment": {"contentType": "application/pdf", "url": mark, "size": 1}}]


@pytest.mark.parametrize(
    ("given_resource", "path"),
    [
        (observation(status=5), "status: a string expected"),
        (observation(category={"coding": []}), "category: a list expected"),
        (observation(code="text"), "code: an object expected"),
        (observation(code={"coding": [{"code": 5}]}), "code.coding.code: a string expected"),
        (
            observation(component=[{"valueQuantity": {"value": "7"}}]),
            "component.valueQuantity.value: a number expected",
        ),
        (observation(valueBoolean="yes"), "valueBoolean: true or false expected"),
    ],
)
def test_wrong_json_type_is_refused_with_its_path(given_resource: JsonObject, path: str) -> None:
    with pytest.raises(WrongShape, match=f"^{re.escape(path)}$"):
        render(given_resource)


def test_modifier_extension_is_noticed_wherever_it_stands() -> None:
    allowed = allow_list("Observation")
    assert allowed is not None
    modifier = {"modifierExtension": [{"url": "http://example.org/negated", "valueBoolean": True}]}
    assert allowed.render({**observation(), **modifier}, NAMES).modified
    assert allowed.render(observation(component=[{"code": concept(), **modifier}]), NAMES).modified
    assert not allowed.render({**observation(), "modifierExtension": []}, NAMES).modified


_LISTED_ANYWHERE = re.compile(r"^\"?([\w.:/-]+)\"? = |^\[+[\w.]+\.(\w+)\]+$|[{,] (\w+) = ", re.MULTILINE)
_ALLOWED_KEYS = {
    name
    for file in LISTS
    for match in _LISTED_ANYWHERE.findall(file.read_text(encoding="utf-8"))
    for name in match
    if name
} | {"resourceType", "coding", "system", "version", "code", "display", "userSelected", "text", "type"}
_ATTACHMENT = {"contentType", "language", "creation", "url", "size", "title"}

_codes = st.sampled_from(["final", "38341003", "kg"])
_free = st.just(MARKER)
_concepts = st.fixed_dictionaries(
    {},
    optional={
        "coding": st.lists(
            st.fixed_dictionaries({"code": _codes}, optional={"display": st.just("A name")}), max_size=2
        ),
        "text": _free,
        "secret": _free,
    },
)
_notes = st.lists(st.fixed_dictionaries({"text": _free}, optional={"authorString": _free}), max_size=2)
_observations = st.fixed_dictionaries(
    {"resourceType": st.just("Observation"), "status": _codes},
    optional={
        "code": _concepts,
        "note": _notes,
        "valueString": _free,
        "valueCodeableConcept": _concepts,
        "text": st.fixed_dictionaries({"div": _free}),
        "contained": st.lists(st.fixed_dictionaries({"resourceType": st.just("Patient"), "id": _free}), max_size=1),
        "interpretation": st.lists(_concepts, max_size=2),
        "effectiveDateTime": st.one_of(st.just("2024-01-02"), _free),
        "performer": st.lists(st.fixed_dictionaries({"display": _free}), max_size=2),
        "referenceRange": st.lists(st.fixed_dictionaries({"text": _free, "low": st.just({"value": 1})}), max_size=1),
        "component": st.lists(st.fixed_dictionaries({"code": _concepts, "valueString": _free}), max_size=2),
        "extension": st.lists(st.fixed_dictionaries({"url": _free, "valueString": _free}), max_size=1),
        "surprise": st.dictionaries(st.text(max_size=5), _free, max_size=2),
    },
)


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(_keys(each) for each in value))
    return set()


@given(_observations)
def test_no_free_text_in_coded_and_nothing_unlisted_in_full(given_resource: JsonObject) -> None:
    before = json.dumps(given_resource)
    full, coded = render(given_resource)
    assert MARKER not in json.dumps(coded)
    assert _keys(full) <= _ALLOWED_KEYS | _ATTACHMENT
    assert "surprise" not in _keys(full)
    assert json.dumps(given_resource) == before


_any_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.just(MARKER),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "text", "reference", "item", "answer", "value", "url"]), inner
        )
    ),
)


@given(st.sampled_from(sorted(listed_types())), st.data())
def test_any_json_is_rendered_or_refused_with_a_path(resource_type: str, data: st.DataObject) -> None:
    allowed = allow_list(resource_type)
    assert allowed is not None
    names = st.sampled_from([*sorted(allowed.steps), "surprise"])
    given_resource = {**data.draw(st.dictionaries(names, _any_json, max_size=4)), "resourceType": resource_type}
    outcome: Rendering | WrongShape
    try:
        outcome = allowed.render(given_resource, NAMES)
    except WrongShape as error:
        outcome = error
    if isinstance(outcome, WrongShape):
        assert outcome.path.split(".")[0] in allowed.steps
        assert MARKER not in str(outcome)
    else:
        assert set(outcome.full) <= {"resourceType", *allowed.steps}
        assert _contains(outcome.full, outcome.coded)


def _contains(full: object, coded: object) -> bool:
    """Whether everything in `coded` stands in `full` as well."""
    if isinstance(full, dict) and isinstance(coded, dict):
        return all(key in full and _contains(full[key], value) for key, value in coded.items())
    if isinstance(full, list) and isinstance(coded, list):
        return all(any(_contains(whole, part) for whole in full) for part in coded)
    return full == coded


def test_a_value_seen_before_is_rendered_and_refused_as_the_first_time() -> None:
    chosen = observation(code={"coding": [{"code": "1", "userSelected": True}]})
    for _ in range(2):
        assert render(chosen)[0]["code"] == chosen["code"]
        with pytest.raises(WrongShape, match=r"^code\.coding: true or false expected$"):
            render(observation(code={"coding": [{"code": "1", "userSelected": 1}]}))


def test_modifier_inside_a_value_seen_before_is_noticed_every_time() -> None:
    allowed = allow_list("Observation")
    assert allowed is not None
    limit = {"low": {"value": 1}, "modifierExtension": [{"url": "http://example.org/negated", "valueBoolean": True}]}
    assert [allowed.render(observation(referenceRange=[limit]), NAMES).modified for _ in range(2)] == [True, True]


@pytest.mark.parametrize(("told", "expected"), [("text/plain", "text/plain"), ("PDF", None), (None, None)])
def test_a_file_always_says_of_what_kind_it_is(told: str | None, expected: str | None) -> None:
    attachment = {"data": "YQ=="} | ({} if told is None else {"contentType": told})
    full, _ = render(resource("DocumentReference", content=[{"attachment": attachment}]))
    kind = expected or "application/octet-stream"
    mark = f"#{sha256(b'a').hexdigest()}"
    assert full["content"] == [{"attachment": {"contentType": kind, "url": mark, "size": 1}}]
