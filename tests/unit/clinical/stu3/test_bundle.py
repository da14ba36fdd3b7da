"""Whole records: patients, classes of resources, damaged parts."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from openrecord.clinical.incoming import Label
from openrecord.clinical.stu3.bundle import read_bundle
from tests.unit.clinical.stu3.records import (
    NHS_NUMBER,
    NOPAT,
    ORGANISATION,
    PATIENT,
    Resource,
    bundle,
    consultation,
    encounter,
    entry_of,
    listing,
    observation,
    read,
    ref,
    resource,
    snomed,
)


def test_patient_and_organisation_are_given_as_they_are() -> None:
    message = read()
    patient = message.patient
    assert patient is not None
    assert (patient.nhs_number, patient.family, patient.given) == (NHS_NUMBER, "Synthetic", "Ann B")
    assert (patient.birth_date, patient.gender, patient.references) == ("1980-05-10", "female", ("Patient/pat",))
    assert message.source_org == "Z99999"
    assert message.not_entries == {"Patient": 1, "Organization": 1}


def test_every_resource_stands_in_exactly_one_class() -> None:
    given = bundle(PATIENT, observation("o"), listing("826501000000100", "Observation/o"), observation("bad", code=7))
    given["entry"] += [{"fullUrl": "urn:uuid:1"}, "text", {"resource": {"id": "no type"}}]
    (message,) = read_bundle(given)
    assert len(message.entries) == 1
    assert dict(message.not_entries) == {"Patient": 1, "List": 1}
    assert [problem.where for problem in message.problems] == ["entry[5]", "entry[6]", "entry[3]"]
    assert message.resources == 6


def test_damaged_element_is_named_by_its_path_and_never_repeated() -> None:
    (problem,) = read(observation("o", related="secret words")).problems
    assert (problem.where, problem.reason) == ("entry[2]", "wrong_type")
    assert problem.detail.startswith("Observation.related:")
    assert "secret" not in problem.detail


def test_record_without_patient_has_no_entries() -> None:
    (message,) = read_bundle(bundle(observation("o"), ORGANISATION))
    assert message.patient is None
    assert [(problem.reason, problem.where) for problem in message.problems] == [("no_patient", "entry[0]")]
    assert dict(message.not_entries) == {"Organization": 1}


@pytest.mark.parametrize(
    "subject", [ref("Patient/other"), "Patient/pat", {"identifier": {"system": "x", "value": NHS_NUMBER}}]
)
def test_resource_about_somebody_else_is_a_problem(subject: object) -> None:
    (problem,) = read(observation("o", subject=subject)).problems
    assert problem.reason == "no_patient"


def test_resource_may_name_the_patient_by_number_or_not_at_all() -> None:
    number = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NHS_NUMBER}}
    loose = observation("b")
    del loose["subject"]
    assert len(read(observation("a", subject=number), loose).entries) == 2


def test_two_patients_in_one_record_get_a_message_each() -> None:
    other = {**PATIENT, "id": "two", "identifier": []}
    loose = observation("loose")
    del loose["subject"]
    theirs = observation("theirs", subject=ref("Patient/two"))
    first, second, rest = read_bundle(bundle(PATIENT, other, observation("mine"), theirs, loose))
    assert [entry.aliases for entry in first.entries] == [("Observation/mine",)]
    assert [entry.aliases for entry in second.entries] == [("Observation/theirs",)]
    assert (rest.patient, [problem.reason for problem in rest.problems]) == (None, ["no_patient"])
    assert first.resources + second.resources + rest.resources == 5


def test_patient_given_twice_is_one_patient() -> None:
    (message,) = read_bundle(bundle(PATIENT, PATIENT, observation("o")))
    assert len(message.entries) == 1
    assert message.resources == 3


@pytest.mark.parametrize("kind", ["Parameters", "Appointment", "CapabilityStatement", "OperationOutcome"])
def test_single_resource_that_is_no_entry_is_only_counted(kind: str) -> None:
    (message,) = read_bundle({"resourceType": kind})
    assert (message.entries, message.problems, dict(message.not_entries)) == ((), (), {kind: 1})


def test_references_may_use_full_urls() -> None:
    given = bundle(PATIENT, observation("o", context=ref("urn:uuid:e"), subject=ref("urn:uuid:p")), encounter())
    given["entry"][0]["fullUrl"] = "urn:uuid:p"
    given["entry"][2]["fullUrl"] = "urn:uuid:e"
    (message,) = read_bundle(given)
    assert entry_of(message, "Observation/o").containers == ("Encounter/enc",)
    assert "urn:uuid:e" in entry_of(message, "Encounter/enc").aliases


def test_identifier_that_several_resources_share_identifies_none() -> None:
    same = [{"system": "https://example.org/ids", "value": "1"}]
    message = read(observation("a", identifier=same), observation("b", identifier=same))
    assert len({entry.identity for entry in message.entries}) == 2


def test_modifier_that_nobody_understands_makes_the_entry_unknown() -> None:
    turned = [{"url": "https://example.org/opposite", "valueBoolean": True}]
    component = {"code": snomed("72313002"), "modifierExtension": turned}
    message = read(observation("a", modifierExtension=turned), observation("b", component=[component]))
    assert [entry.kind.value for entry in message.entries] == ["unknown", "unknown"]


def damaged(value: Any, replacement: object) -> Iterator[Any]:
    """Copies of `value`, each with one element somewhere replaced."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[key] = replacement
        yield copy
        for changed in damaged(inner, replacement):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = changed
            yield copy


def rich_record() -> Resource:
    """One of everything, with all that refers from one to another."""
    medicine = {"medicationCodeableConcept": snomed("317291008"), "status": "active"}
    return bundle(
        PATIENT,
        encounter(meta=NOPAT, participant=[{"type": [snomed("1")], "individual": ref("Practitioner/p")}]),
        *consultation("enc", "Observation/a", meta=NOPAT),
        observation("a", related=[{"type": "has-member", "target": ref("Observation/b")}], comment="x"),
        observation(
            "b", component=[{"code": snomed("1"), "interpretation": snomed("2")}], referenceRange=[{"text": "y"}]
        ),
        resource(
            "DiagnosticReport", "r", status="unknown", result=[ref("Observation/a")], specimen=[ref("Specimen/s")]
        ),
        resource("Specimen", "s", collection={"collectedDateTime": "2020"}),
        resource("MedicationRequest", "m", intent="plan", dosageInstruction=[{"text": "z"}], **medicine),
        resource("MedicationStatement", "t", basedOn=[ref("MedicationRequest/m")], **medicine),
        resource("DocumentReference", "d", status="current", content=[{"attachment": {"title": "w"}}]),
        resource("QuestionnaireResponse", "q", status="completed", item=[{"answer": [{"valueString": "v"}]}]),
        resource("Immunization", "i", status="completed", notGiven=False, vaccineCode=snomed("3")),
    )


@pytest.mark.parametrize("replacement", [7, "text", [], {}, [7], {"x": 7}, None, [None]], ids=repr)
def test_no_damage_stops_the_rest_or_breaks_the_count(replacement: object) -> None:
    whole = rich_record()
    for position, entry in enumerate(whole["entry"]):
        for changed in damaged(entry["resource"], replacement):
            given = deepcopy(whole)
            given["entry"][position]["resource"] = changed
            messages = read_bundle(given)
            assert sum(message.resources for message in messages) == len(whole["entry"])


def test_label_survives_damage_elsewhere() -> None:
    message = read(observation("a", meta=NOPAT), observation("b", related=7))
    assert entry_of(message, "Observation/a").label is Label.NOT_FOR_PATIENT
