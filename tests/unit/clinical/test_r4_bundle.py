"""Bundles into one message for each patient: containers, classes, identities, removals."""

import pytest

from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, JsonObject, LabKey
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.bundle import read_bundle, read_lines
from openrecord.clinical.r4.gathering import NotFhir
from tests.unit.clinical.r4_resources import LABORATORY, PATIENT, bundle, concept, observation, resource

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
OTHER = {
    "resourceType": "Patient",
    "id": "q",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991000372"}],
}


def only(document: JsonObject) -> IncomingMessage:
    (message,) = read_bundle(document)
    return message


def made(*resources: JsonObject) -> dict[str, IncomingEntry]:
    return {entry.aliases[0]: entry for entry in only(bundle(PATIENT, *resources)).entries}


def about(identity: str, patient: str = "p", **elements: object) -> JsonObject:
    return observation(id=identity, subject={"reference": f"Patient/{patient}"}, **elements)


ENCOUNTER = {"encounter": {"reference": "Encounter/e"}}


@pytest.mark.parametrize(
    ("given", "containers"),
    [
        (observation(**ENCOUNTER), ("Encounter/e",)),
        (resource("Immunization", **ENCOUNTER), ("Encounter/e",)),
        (resource("MedicationRequest", intent="order", **ENCOUNTER), ("Encounter/e",)),
        (resource("MedicationRequest", intent="plan", **ENCOUNTER), ()),
        (resource("MedicationStatement", context={"reference": "Encounter/e"}), ()),
        (resource("AllergyIntolerance", **ENCOUNTER), ()),
        (resource("Condition", **ENCOUNTER), ()),
        (resource("Condition", category=[concept("problem-list-item")], **ENCOUNTER), ()),
        (resource("Condition", category=[concept("encounter-diagnosis")], **ENCOUNTER), ("Encounter/e",)),
        (resource("DocumentReference", context={"encounter": [ENCOUNTER["encounter"]]}), ("Encounter/e",)),
        (resource("Encounter", partOf={"reference": "Encounter/e"}), ("Encounter/e",)),
    ],
)
def test_what_an_encounter_contains(given: JsonObject, containers: tuple[str, ...]) -> None:
    (entry,) = made(given).values()
    assert entry.containers == containers


def test_reports_contain_results_and_specimens_and_panels_their_members() -> None:
    report = resource(
        "DiagnosticReport", result=[{"reference": "Observation/a"}], specimen=[{"reference": "Specimen/s"}]
    )
    panel = about("a", hasMember=[{"reference": "Observation/b"}, {"reference": "Observation/a"}])
    entries = made(report, panel, about("b"), resource("Specimen", id="s"))
    assert entries["Observation/a"].containers == ("DiagnosticReport/1",)
    assert entries["Observation/b"].containers == ("Observation/a",)
    assert entries["Specimen/s"].containers == ("DiagnosticReport/1",)
    assert entries["DiagnosticReport/1"].containers == ()


def test_observation_without_category_in_a_report_or_a_laboratory_panel_needs_filing() -> None:
    report = resource("DiagnosticReport", result=[{"reference": "Observation/a"}])
    panel = about("l", category=LABORATORY, hasMember=[{"reference": "Observation/m"}])
    entries = made(report, about("a", status="preliminary"), panel, about("m"), about("z"))
    assert (entries["Observation/a"].kind, entries["Observation/a"].filed) == (EntryKind.RESULT, False)
    assert entries["Observation/m"].kind is EntryKind.RESULT
    assert entries["Observation/z"].kind is EntryKind.OBSERVATION


def test_lab_key_needs_report_order_test_and_specimen() -> None:
    report = resource(
        "DiagnosticReport",
        identifier=[{"value": "R1"}],
        result=[{"reference": "Observation/a"}],
        basedOn=[{"identifier": {"value": "O1"}}],
        specimen=[{"reference": "Specimen/s"}],
    )
    specimen = resource("Specimen", id="s", accessionIdentifier={"value": "S1"})
    result = about("a", category=LABORATORY)
    assert made(report, specimen, result)["Observation/a"].lab_key == LabKey("R1", "O1", "38341003", "S1")
    assert made({**report, "basedOn": []}, specimen, result)["Observation/a"].lab_key is None
    assert made(report, result)["Observation/a"].lab_key is None


def test_every_resource_stands_in_exactly_one_class() -> None:
    document = bundle(PATIENT, about("a"), about("b", patient="nobody"), {"resourceType": "Organization", "id": "o"})
    nested = bundle(about("n"))
    document["entry"] += [{"resource": nested}, "text", {"resource": 7}, {"resource": {"id": "x"}}, {"fullUrl": "u"}]
    message = only(document)
    assert message.resources == 9
    assert [entry.position for entry in message.entries] == ["entry[1]", "entry[4].entry[0]"]
    assert message.not_entries == {"Patient": 1, "Organization": 1, "Bundle": 1}
    assert {(problem.reason, problem.where) for problem in message.problems} == {
        ("no_patient", "entry[2]"),
        ("not_an_object", "entry[5]"),
        ("not_an_object", "entry[6]"),
        ("no_resource_type", "entry[7]"),
    }


def test_bundle_of_several_patients_is_split_by_subject() -> None:
    practice = {"resourceType": "Organization", "id": "o"}
    messages = read_bundle(
        bundle(PATIENT, OTHER, practice, about("a"), about("b", patient="q"), about("c", patient="z"))
    )
    assert [(m.patient and m.patient.nhs_number, len(m.entries), len(m.problems)) for m in messages] == [
        ("9991000003", 1, 0),
        ("9991000372", 1, 0),
        (None, 0, 1),
    ]
    assert [dict(m.not_entries) for m in messages] == [{"Patient": 1}, {"Patient": 1}, {"Organization": 1}]


def test_subject_by_nhs_number_is_resolved_only_to_a_patient_of_the_file() -> None:
    number = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991000003"}}
    assert len(only(bundle(PATIENT, observation(subject=number))).entries) == 1
    (message,) = read_bundle(bundle(observation(subject=number)))
    assert (message.patient, message.problems[0].reason) == (None, "no_patient")


def test_entry_without_subject_belongs_to_nobody() -> None:
    assert only(bundle(PATIENT, observation(subject=None))).problems[0].reason == "no_patient"


def test_reference_that_could_mean_two_people_means_nobody() -> None:
    document = bundle(PATIENT, {**OTHER, "id": "p"}, about("a"))
    document["entry"][1]["fullUrl"] = "http://elsewhere.example.org/Patient/p"
    messages = read_bundle(document)
    assert [len(m.entries) for m in messages] == [0, 0, 0]
    assert messages[2].problems[0].reason == "no_patient"


def test_versions_of_one_patient_are_one_patient() -> None:
    message = only(bundle(PATIENT, {**PATIENT, "gender": "female"}, about("a")))
    assert (len(message.entries), message.not_entries) == (1, {"Patient": 2})


def test_references_by_full_url_and_with_version_are_resolved() -> None:
    document = bundle(PATIENT, about("a"), about("b"), about("c"))
    document["entry"][0]["fullUrl"] = "urn:uuid:0001"
    for number, reference in enumerate(("urn:uuid:0001", "Patient/p/_history/3", "Patient/p"), start=1):
        document["entry"][number]["resource"]["subject"] = {"reference": reference}
    assert len(only(document).entries) == 3


def test_absolute_reference_to_another_server_is_not_taken_for_a_local_one() -> None:
    given = observation(subject={"reference": "http://elsewhere.example.org/Patient/p"})
    assert only(bundle(PATIENT, given)).problems[0].reason == "no_patient"


def test_one_damaged_resource_does_not_stop_the_rest() -> None:
    message = only(bundle(PATIENT, about("a", status=5), about("b")))
    assert len(message.entries) == 1
    assert message.problems[0].reason == "wrong_type"
    assert message.problems[0].where == "entry[1]"


def test_duplicates_are_kept_in_order() -> None:
    message = only(bundle(PATIENT, about("a"), about("a", status="amended")))
    assert [entry.identity for entry in message.entries] == ["Observation|id|a"] * 2


def test_history_says_what_was_removed() -> None:
    known = about("a", identifier=[{"system": "urn:a", "value": "7"}])
    document = bundle(PATIENT, known)
    document["entry"] += [
        {"request": {"method": "DELETE", "url": "Observation/a"}},
        {"request": {"method": "DELETE", "url": "Observation/b/_history/2"}},
        {"request": {"method": "DELETE", "url": "Observation?identifier=urn:a|9"}},
    ]
    assert only(document).removed == (
        "Observation|urn:a|7",
        "Observation|id|a",
        "Observation|id|b",
        "Observation|urn:a|9",
    )


@pytest.mark.parametrize("element", ["managingOrganization", "generalPractitioner"])
@pytest.mark.parametrize("by", ["reference", "identifier"])
def test_source_organisation(element: str, by: str) -> None:
    code = {"system": ODS, "value": "Z99001"}
    practice = {"resourceType": "Organization", "id": "o", "identifier": [code]}
    holder = {"reference": "Organization/o"} if by == "reference" else {"identifier": code}
    patient = {**PATIENT, element: [holder] if element == "generalPractitioner" else holder}
    assert only(bundle(patient, practice)).source_org == "Z99001"
    assert only(bundle(PATIENT, practice)).source_org is None


def test_patient_as_the_source_says() -> None:
    given = {
        **PATIENT,
        "name": [
            {"use": "old", "family": "Before"},
            {"use": "official", "family": "Example", "given": ["Test", "Two"]},
        ],
        "deceasedBoolean": True,
        "address": [{"use": "temp", "postalCode": "X"}, {"use": "home", "postalCode": "DM9 8ZZ"}],
    }
    patient = only(bundle(given)).patient
    assert patient is not None
    assert (patient.family, patient.given, patient.died, patient.postcode) == ("Example", "Test Two", "true", "DM9 8ZZ")


def test_single_resource_and_lines() -> None:
    assert only(PATIENT).not_entries == {"Patient": 1}
    (message,) = read_lines([("line 1", PATIENT, None), ("line 3", about("a"), None)])
    assert message.entries[0].position == "line 3"


@pytest.mark.parametrize("document", [{}, {"resourceType": 5}, {"resourceType": "Bundle", "entry": {}}])
def test_what_is_no_fhir(document: JsonObject) -> None:
    with pytest.raises(NotFhir):
        read_bundle(document)
