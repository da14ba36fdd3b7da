"""Allergies, problems, immunisations and procedures."""

import pytest

from openrecord.clinical.dates import earliest
from openrecord.clinical.incoming import IncomingLink, LinkKind, VersionStatus
from openrecord.clinical.kinds import EntryKind
from tests.unit.clinical.stu3.records import (
    CARE_CONNECT,
    CARE_CONNECT_GPC,
    Resource,
    body,
    entry_of,
    listing,
    observation,
    read,
    read_one,
    ref,
    resource,
    snomed,
)

ALLERGIES = "886921000000105"


def allergy(**elements: object) -> Resource:
    given = {"clinicalStatus": "active", "verificationStatus": "unconfirmed", "code": snomed("91935009")}
    return resource("AllergyIntolerance", "al", **{**given, "assertedDate": "2013-11-18", **elements})


def problem(*extensions: Resource, **elements: object) -> Resource:
    given = {"clinicalStatus": "inactive", "code": snomed("22298006"), "assertedDate": "2010-01-13"}
    return resource("Condition", "prob", **{**given, "extension": list(extensions), **elements})


def immunisation(**elements: object) -> Resource:
    unknown = {"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK"}]}
    procedure = {"url": f"{CARE_CONNECT}VaccinationProcedure-1", "valueCodeableConcept": snomed("822851000000102")}
    recorded = {"url": f"{CARE_CONNECT}DateRecorded-1", "valueDateTime": "2020-11-18T14:27:53+00:00"}
    given = {"status": "completed", "notGiven": False, "vaccineCode": unknown, "extension": [procedure, recorded]}
    return resource("Immunization", "imm", **{**given, **elements})


def test_allergy_states_become_coded_concepts() -> None:
    shown = body(allergy())
    assert shown["clinicalStatus"]["coding"] == [
        {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
    ]
    assert shown["verificationStatus"]["coding"] == [
        {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "unconfirmed"}
    ]
    assert read_one(allergy()).recorded == earliest("2013-11-18")


def test_allergy_entered_in_error_is_recognised() -> None:
    assert read_one(allergy(verificationStatus="entered-in-error")).status is VersionStatus.ENTERED_IN_ERROR


@pytest.mark.parametrize(
    "address", [f"{CARE_CONNECT_GPC}AllergyIntoleranceEnd-1", f"{CARE_CONNECT}AllergyIntoleranceEnd-1"]
)
def test_end_of_an_allergy_becomes_a_note(address: str) -> None:
    ended = {
        "url": address,
        "extension": [
            {"url": "endDate", "valueDateTime": "2018-03-01"},
            {"url": "reasonEnded", "valueString": "no recurrence"},
        ],
    }
    shown = body(allergy(extension=[ended], note=[{"text": "first"}]))
    assert [note["text"] for note in shown["note"]] == ["first", "Ended 2018-03-01: no recurrence"]


def test_ended_allergies_contained_in_a_list_are_entries_too() -> None:
    inner = {**allergy(clinicalStatus="resolved"), "id": "Resolved-1"}
    ended = listing("1103671000000101", "#Resolved-1", contained=[inner], date="2018-03-01")
    other = listing(ALLERGIES, "#Resolved-1", contained=[{**inner, "code": snomed("293586001")}])
    message = read(ended, other)
    assert [entry.code for entry in message.entries] == ["91935009", "293586001"]
    assert len({entry.identity for entry in message.entries}) == 2
    assert message.entries[0].position == "entry[2].resource.contained[0]"
    assert message.entries[0].version_time == earliest("2018-03-01")
    assert message.resources == 6
    assert message.entries[0].identity == read(ended).entries[0].identity


def test_problem_names_what_belongs_to_it_but_no_list() -> None:
    related = [
        {"url": f"{CARE_CONNECT}ActualProblem-1", "valueReference": ref("Observation/o")},
        {"url": f"{CARE_CONNECT_GPC}RelatedClinicalContent-1", "valueReference": ref("AllergyIntolerance/al")},
        {"url": f"{CARE_CONNECT}RelatedClinicalContent-1", "valueReference": ref("List/topic")},
        {"url": f"{CARE_CONNECT}RelatedClinicalContent-1", "valueReference": ref("Observation/absent")},
    ]
    topic = listing("25851000000105", id="topic")
    entry = read_one(problem(*related), observation("o"), allergy(), topic)
    assert set(entry.links) == {
        IncomingLink(LinkKind.EVIDENCE, "Observation/o"),
        IncomingLink(LinkKind.EVIDENCE, "AllergyIntolerance/al"),
    }
    assert entry.kind is EntryKind.CONDITION
    assert entry.recorded == earliest("2010-01-13")


def test_problem_keeps_significance_category_and_state() -> None:
    category = {
        "coding": [
            {
                "system": "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1",
                "code": "problem-list-item",
            }
        ]
    }
    major = {"url": f"{CARE_CONNECT}ProblemSignificance-1", "valueCode": "major"}
    shown = body(problem(major, category=[category], verificationStatus="unknown"))
    assert shown["category"][0]["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/condition-category"
    assert shown["clinicalStatus"]["coding"][0]["code"] == "inactive"
    assert "verificationStatus" not in shown
    assert shown["extension"][0]["valueCode"] == "major"


def test_vaccine_code_is_the_procedure_where_the_product_is_unknown() -> None:
    entry = read_one(immunisation())
    assert [each["code"] for each in body(immunisation())["vaccineCode"]["coding"]] == ["822851000000102"]
    assert entry.recorded == earliest("2020-11-18T14:27:53+00:00")


def test_vaccine_code_keeps_product_and_procedure() -> None:
    shown = body(immunisation(vaccineCode=snomed("39115611000001103")))
    assert [each["code"] for each in shown["vaccineCode"]["coding"]] == ["39115611000001103", "822851000000102"]


def test_vaccine_without_procedure_stays_unknown() -> None:
    shown = body(immunisation(extension=[]))
    assert shown["vaccineCode"]["coding"][0]["code"] == "UNK"


def test_immunisation_not_given_says_so_and_why() -> None:
    shown = body(immunisation(notGiven=True, explanation={"reasonNotGiven": [snomed("310376006")]}, date="2020-11-18"))
    assert shown["status"] == "not-done"
    assert shown["statusReason"]["coding"][0]["code"] == "310376006"
    assert shown["occurrenceDateTime"] == "2020-11-18"


def test_immunisation_names_protocol_and_performer() -> None:
    role = {"coding": [{"system": "http://hl7.org/fhir/v2/0443", "code": "AP"}]}
    nurse: Resource = {"resourceType": "Practitioner", "id": "n", "name": [{"family": "Nurse"}]}
    given = immunisation(
        practitioner=[{"role": role, "actor": ref("Practitioner/n")}],
        vaccinationProtocol=[{"doseSequence": 2, "seriesDoses": 3}],
        explanation={"reason": [snomed("36070007")]},
    )
    shown = body(given, nurse)
    assert shown["performer"][0]["function"]["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/v2-0443"
    assert shown["performer"][0]["actor"]["display"] == "Nurse"
    assert shown["protocolApplied"] == [{"doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 3}]
    assert shown["reasonCode"][0]["coding"][0]["code"] == "36070007"


def test_procedure_not_done_says_so() -> None:
    given = resource("Procedure", "p", status="completed", notDone=True, code=snomed("80146002"))
    assert body(given)["status"] == "not-done"
    assert entry_of(read(given), "Procedure/p").kind is EntryKind.PROCEDURE
