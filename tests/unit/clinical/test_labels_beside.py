"""Labels on what an entry names, and on one entry of a list: whom or what the entry tells of is not for the patient."""

import pytest

from openrecord.clinical.incoming import IncomingMessage, JsonObject, Label
from openrecord.clinical.r4.bundle import read_bundle
from openrecord.clinical.stu3.bundle import read_bundle as read_stu3
from tests.unit.clinical.r4_resources import PATIENT, bundle, observation, resource

NOPAT = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}]}
INLINE = {"url": "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label",
          "valueCoding": {"code": "NOPAT"}}  # fmt: skip
DOCTOR = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr Example"}]}
ROLE = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}}
PLACE = {"resourceType": "Organization", "id": "o", "name": "Example House"}
BINARY = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "QQ=="}
LETTER = resource("DocumentReference", status="current", docStatus="final", date="2025-02-01T00:00:00Z",
                  content=[{"attachment": {"url": "Binary/b", "contentType": "text/plain"}}])  # fmt: skip


def labels(message: IncomingMessage) -> list[Label]:
    return [entry.label for entry in message.entries]


def only(*resources: JsonObject) -> IncomingMessage:
    (message,) = read_bundle(bundle(PATIENT, *resources))
    return message


def seen_by(reference: str, **more: object) -> JsonObject:
    return observation(performer=[{"reference": reference, **more}])


@pytest.mark.parametrize(
    ("named", "entry"),
    [
        ([{**DOCTOR, "meta": NOPAT}], seen_by("Practitioner/d")),
        ([{**DOCTOR, "meta": NOPAT}], seen_by("Practitioner/d", display="Dr Example")),
        ([{**DOCTOR, "meta": NOPAT, "name": None}], seen_by("Practitioner/d")),
        ([DOCTOR, {**ROLE, "meta": NOPAT}], seen_by("PractitionerRole/r")),
        ([{**DOCTOR, "meta": NOPAT}, ROLE], seen_by("PractitionerRole/r")),
        ([{**PLACE, "meta": NOPAT}], seen_by("Organization/o")),
        ([{**BINARY, "meta": NOPAT}], LETTER),
    ],
)
def test_what_names_something_labelled_is_labelled(named: list[JsonObject], entry: JsonObject) -> None:
    beside = observation(id="2")
    assert labels(only(*named, entry, beside)) == [Label.NOT_FOR_PATIENT, Label.NONE]
    plain = [{name: part for name, part in each.items() if name != "meta"} for each in named]
    assert labels(only(*plain, entry, beside)) == [Label.NONE, Label.NONE]


def test_a_labelled_patient_labels_the_whole_record() -> None:
    (message,) = read_bundle(bundle({**PATIENT, "meta": NOPAT}, observation()))
    assert labels(message) == [Label.NOT_FOR_PATIENT]


def test_a_patient_whose_address_is_protected_reads_the_record() -> None:
    protected = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
    (message,) = read_bundle(bundle({**PATIENT, "meta": protected}, observation()))
    assert labels(message) == [Label.NONE]


LABELLED: list[JsonObject] = [{"extension": [INLINE]}, {"flag": {"coding": [{"code": "NOPAT"}]}}]


@pytest.mark.parametrize("said", LABELLED, ids=["extension", "flag"])
def test_a_label_on_one_entry_of_a_list_is_of_what_that_names(said: JsonObject) -> None:
    named: list[JsonObject] = [
        {"item": {"reference": "Observation/1"}, **said},
        {"item": {"reference": "Observation/2"}},
    ]
    listed = resource("List", id="l", status="current", mode="working", entry=named)
    assert labels(only(listed, observation(), observation(id="2"))) == [Label.NOT_FOR_PATIENT, Label.NONE]
    lost = {**listed, "entry": [{**said}, named[1]]}
    assert labels(only(lost, observation(), observation(id="2"))) == [Label.NOT_FOR_PATIENT] * 2


@pytest.mark.parametrize("where", ["the outer list", "the outer list's entry", "the inner list", "nowhere"])
def test_a_label_reaches_through_lists_in_lists(where: str) -> None:
    def listed(key: str, *names: str, **more: object) -> JsonObject:
        return resource("List", id=key, status="current", mode="working",
                        entry=[{"item": {"reference": name}, **more} for name in names])  # fmt: skip

    flagged: JsonObject = {"flag": {"coding": [{"code": "NOPAT"}]}} if where == "the outer list's entry" else {}
    outer = listed("outer", "List/inner", **flagged) | ({"meta": NOPAT} if where == "the outer list" else {})
    inner = listed("inner", "Observation/1", "List/outer") | ({"meta": NOPAT} if where == "the inner list" else {})
    expected = [Label.NONE if where == "nowhere" else Label.NOT_FOR_PATIENT, Label.NONE]
    for order in ((outer, inner), (inner, outer)):
        assert labels(only(*order, observation(), observation(id="2"))) == expected


@pytest.mark.parametrize("said", LABELLED, ids=["extension", "flag"])
def test_in_gp_connect_too(said: JsonObject) -> None:
    seen: JsonObject = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p"},
                        "code": {"text": "Finding"}, "issued": "2020-01-02T10:00:00Z"}  # fmt: skip
    named: list[JsonObject] = [
        {"item": {"reference": "Observation/1"}, **said},
        {"item": {"reference": "Observation/2"}},
    ]
    listed = {"resourceType": "List", "id": "l", "status": "current", "mode": "snapshot", "entry": named}
    resources = [PATIENT, listed, {**seen, "id": "1"}, {**seen, "id": "2"}]
    (message,) = read_stu3(bundle(*resources))
    assert labels(message) == [Label.NOT_FOR_PATIENT, Label.NONE]
    resources[1] = {**listed, "entry": [{**said}, named[1]]}
    (message,) = read_stu3(bundle(*resources))
    assert Label.NONE not in labels(message)


def test_a_labelled_doctor_of_gp_connect() -> None:
    allergy: JsonObject = {"resourceType": "AllergyIntolerance", "id": "a", "clinicalStatus": "active",
                           "patient": {"reference": "Patient/p"}, "code": {"text": "Nuts"},
                           "recorder": {"reference": "Practitioner/d"}}  # fmt: skip
    named = {**DOCTOR, "name": [{"text": "Dr Example"}]}
    for meta, label in ((NOPAT, Label.NOT_FOR_PATIENT), ({}, Label.NONE)):
        (message,) = read_stu3(bundle(PATIENT, {**named, "meta": meta}, allergy))
        assert labels(message) == [label]
