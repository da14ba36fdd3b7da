"""One resource into one entry: identity, names, medicines, links, own content, refusals."""

import json
from hashlib import sha256

import pytest

from openrecord.clinical.incoming import IncomingFile, IncomingLink, JsonObject, LinkKind, OwnContent
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.hints import UnusableResource
from tests.unit.clinical.r4_resources import MARKER, SNOMED, concept, entry, observation, resource

DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d",
    "name": [{"prefix": ["Dr"], "given": ["Jane"], "family": "Smith"}],
}
ROLE = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}}
MEDICINE = {"resourceType": "Medication", "id": "m", "code": concept("322236009", "Paracetamol 500mg tablets")}


def full(given: JsonObject, *others: JsonObject) -> JsonObject:
    body = json.loads(entry(given, *others).full)
    assert isinstance(body, dict)
    return body


def test_identity_is_the_first_business_identifier_else_the_id() -> None:
    identifiers = [{"value": "no system"}, {"system": "urn:a", "value": "7"}, {"system": "urn:b", "value": "8"}]
    assert entry(observation(identifier=identifiers)).identity == "Observation|urn:a|7"
    assert entry(observation()).identity == "Observation|id|1"
    assert (
        entry(resource("QuestionnaireResponse", identifier=identifiers[1])).identity == "QuestionnaireResponse|urn:a|7"
    )


def test_nhs_number_is_no_identity_of_an_entry() -> None:
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991000003"}
    assert entry(observation(identifier=[number])).identity == "Observation|id|1"


def test_identifier_shared_by_two_resources_identifies_neither_but_versions_share_theirs() -> None:
    one = observation(identifier=[{"system": "urn:a", "value": "7"}])
    assert entry(one, {**one, "id": "2"}).identity == "Observation|id|1"
    assert entry(one, {**one, "status": "amended"}).identity == "Observation|urn:a|7"


def test_people_are_shown_by_name_and_never_by_address() -> None:
    performers = [{"reference": "Practitioner/d"}, {"reference": "PractitionerRole/r"}]
    named = {"display": "Dr Jane Smith"}
    assert full(observation(performer=performers), DOCTOR, ROLE)["performer"] == [
        {"type": "Practitioner", **named},
        {"type": "PractitionerRole", **named},
    ]


def test_unknown_people_keep_the_name_given_and_patients_and_relatives_are_not_named() -> None:
    performers = [
        {"reference": "Organization/9", "display": "A laboratory"},
        {"reference": "Patient/p", "display": MARKER},
        {"reference": "RelatedPerson/1", "display": MARKER},
        {"reference": "Observation/4", "display": MARKER},
        {"reference": "Practitioner/8"},
    ]
    expected = [{"type": "Organization", "display": "A laboratory"}, {"type": "Patient"}]
    assert full(observation(performer=performers))["performer"] == expected


def test_contained_practitioner_is_shown_by_name() -> None:
    given = observation(contained=[DOCTOR], performer=[{"reference": "#d"}])
    assert full(given)["performer"] == [{"type": "Practitioner", "display": "Dr Jane Smith"}]


@pytest.mark.parametrize("reference", ["Medication/m", "#m"])
def test_medication_reference_becomes_the_medicine(reference: str) -> None:
    given = resource(
        "MedicationRequest", intent="order", contained=[MEDICINE], medicationReference={"reference": reference}
    )
    made = entry(given, MEDICINE)
    assert json.loads(made.full)["medicationCodeableConcept"] == MEDICINE["code"]
    assert (made.unit, made.code) == (f"{SNOMED}|322236009", "322236009")


def test_medicine_that_the_message_does_not_name_is_refused() -> None:
    with pytest.raises(UnusableResource) as error:
        entry(resource("MedicationStatement", medicationReference={"reference": "Medication/other"}))
    assert error.value.reason == "unknown_medicine"
    named = resource("MedicationStatement", medicationReference={"reference": "Medication/x", "display": "A Pill"})
    assert entry(named).unit == "text|a pill"


def test_statement_and_issue_of_one_medicine_have_one_unit() -> None:
    statement = resource("MedicationStatement", medicationCodeableConcept=concept("322236009", "Paracetamol"))
    dmd = {"coding": [{"system": "https://dmd.nhs.uk", "code": "322236009", "display": "other words"}]}
    issue = resource("MedicationRequest", intent="order", medicationCodeableConcept=dmd)
    assert entry(statement).unit == entry(issue).unit == f"{SNOMED}|322236009"
    text = resource("MedicationStatement", medicationCodeableConcept={"text": "  Some  PILL "})
    assert entry(text).unit == "text|some pill"
    assert entry(observation()).unit is None


def test_links_leave_the_body() -> None:
    given = observation(
        encounter={"reference": "Encounter/e/_history/2"},
        hasMember=[{"reference": "Observation/m"}, {"reference": "#inner"}],
        specimen={"reference": "Specimen/s"},
    )
    made = entry(given)
    assert set(made.links) == {
        IncomingLink(LinkKind.ENCOUNTER, "Encounter/e"),
        IncomingLink(LinkKind.HAS_MEMBER, "Observation/m"),
        IncomingLink(LinkKind.SPECIMEN, "Specimen/s"),
    }
    assert b"Encounter" not in made.full
    assert b"Observation/m" not in made.full


def test_links_inside_parts() -> None:
    diagnosis = resource("Encounter", diagnosis=[{"condition": {"reference": "Condition/c"}}])
    assert entry(diagnosis).links == (IncomingLink(LinkKind.DIAGNOSIS, "Condition/c"),)
    evidence = resource("Condition", evidence=[{"detail": [{"reference": "Observation/o"}]}])
    assert entry(evidence).links == (IncomingLink(LinkKind.EVIDENCE, "Observation/o"),)


def test_document_names_what_it_replaces() -> None:
    relations = [
        {"code": "appends", "target": {"reference": "DocumentReference/0"}},
        {"code": "replaces", "target": {"reference": "DocumentReference/old"}},
    ]
    made = entry(resource("DocumentReference", relatesTo=relations))
    assert made.replaces == "DocumentReference/old"
    assert made.links == (
        IncomingLink(LinkKind.RELATES_TO, "DocumentReference/0"),
        IncomingLink(LinkKind.REPLACES, "DocumentReference/old"),
    )
    assert entry(resource("DocumentReference", relatesTo=relations[:1])).replaces is None


@pytest.mark.parametrize("element", ["data", "content"])
def test_file_that_came_along_is_taken_out_and_named(element: str) -> None:
    binary = {"resourceType": "Binary", "id": "b", "contentType": "application/pdf", element: "QQ=="}
    given = resource("DocumentReference", content=[{"attachment": {"url": "Binary/b"}}])
    mark = f"#{sha256(b'A').hexdigest()}"
    named = {"contentType": "application/pdf", "url": mark, "size": 1}
    assert full(given, binary)["content"] == [{"attachment": named}]
    assert entry(given, binary).files == (IncomingFile(mark, b"A", "application/pdf"),)


@pytest.mark.parametrize(
    ("given", "own"),
    [
        (resource("Encounter", **{"class": {"code": "AMB"}, "status": "finished"}), OwnContent.NONE),
        (resource("Encounter", type=[{"text": "GP Surgery"}]), OwnContent.CODED),
        (resource("Encounter", reasonCode=[{"text": MARKER}]), OwnContent.TEXT),
        (resource("Encounter", reasonCode=[concept()]), OwnContent.CODED),
        (resource("DiagnosticReport", status="final", category=[concept()]), OwnContent.NONE),
        (resource("DiagnosticReport", code=concept()), OwnContent.CODED),
        (resource("DiagnosticReport", conclusion=MARKER), OwnContent.TEXT),
        (resource("DocumentReference", status="current"), OwnContent.NONE),
        (resource("DocumentReference", description=MARKER), OwnContent.TEXT),
        (resource("QuestionnaireResponse", item=[{"linkId": "1", "text": "Smoker?"}]), OwnContent.NONE),
        (resource("QuestionnaireResponse", item=[{"answer": [{"valueString": MARKER}]}]), OwnContent.TEXT),
        (resource("QuestionnaireResponse", item=[{"item": [{"answer": [{"valueBoolean": True}]}]}]), OwnContent.CODED),
        (observation(), OwnContent.CODED),
    ],
)
def test_own_content_of_containers(given: JsonObject, own: OwnContent) -> None:
    assert entry(given).own is own


def test_coded_is_absent_where_it_equals_full() -> None:
    assert entry(observation()).coded is None
    coded = entry(observation(valueString=MARKER)).coded
    assert coded is not None
    assert MARKER.encode() not in coded


def test_unknown_type_is_kept_whole_without_what_no_body_holds() -> None:
    given = resource("FamilyMemberHistory", meta={}, text={}, contained=[], patient={}, note=[{"text": MARKER}])
    made = entry(given)
    assert json.loads(made.full) == {"resourceType": "FamilyMemberHistory", "note": [{"text": MARKER}]}
    assert (made.kind, made.coded) == (EntryKind.UNKNOWN, None)


def test_main_code_is_snomed_else_the_first() -> None:
    codings = [{"system": "http://loinc.org", "code": "1-1"}, {"system": SNOMED, "code": "38341003"}]
    assert entry(observation(code={"coding": codings})).code == "38341003"
    assert entry(observation(code={"coding": codings[:1]})).code == "1-1"
    assert entry(resource("Immunization", vaccineCode=concept("7"))).code == "7"


@pytest.mark.parametrize(
    ("given", "reason", "detail"),
    [
        ({"resourceType": "Observation", "status": "final"}, "no_identity", "Observation"),
        (observation(valueString={"x": MARKER}), "wrong_type", "Observation.valueString"),
        (observation(encounter={"reference": 7}), "wrong_type", "Observation.encounter.reference"),
    ],
)
def test_unusable_resources_are_refused_without_their_content(given: JsonObject, reason: str, detail: str) -> None:
    with pytest.raises(UnusableResource) as error:
        entry(given)
    assert error.value.reason == reason
    assert error.value.detail.startswith(detail)
    assert MARKER not in str(error.value)


def test_absurdly_deep_resource_is_refused() -> None:
    deep: JsonObject = {}
    for _ in range(400):
        deep = {"extension": [deep]}
    with pytest.raises(UnusableResource) as error:
        entry(resource("Basic", extension=[deep]))
    assert error.value.reason == "too_deep"
