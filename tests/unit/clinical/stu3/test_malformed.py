"""STU3 records with something wrong: what turns a meaning round, what a List or a reference does not say."""

import orjson
import pytest

from openrecord.clinical.incoming import Label, VersionStatus
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.stu3.bundle import read_bundle
from tests.unit.clinical.stu3.records import (
    CARE_CONNECT,
    CONSULTATION,
    NOPAT,
    ORGANISATION,
    PATIENT,
    TOPIC,
    Resource,
    body,
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

REQUEST = resource("MedicationRequest", "r", status="active", intent="plan", medicationCodeableConcept=snomed("1"))
STATEMENT = resource("MedicationStatement", "s", status="active", medicationCodeableConcept=snomed("1"))


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (resource("Immunization", "i", status="completed", notGiven="true"), "Immunization.notGiven"),
        (resource("Immunization", "i", status="completed", notGiven=1), "Immunization.notGiven"),
        (resource("Procedure", "p", status="completed", notDone="no"), "Procedure.notDone"),
        ({**STATEMENT, "taken": "no"}, "MedicationStatement.taken"),
        ({**STATEMENT, "taken": False}, "MedicationStatement.taken"),
        (observation("o", valueAttachment={"title": "x"}), "Observation.valueAttachment"),
        (
            observation("o", component=[{"code": snomed("1"), "valueAttachment": {}}]),
            "Observation.component.valueAttach",
        ),
    ],
)
def test_what_turns_the_meaning_round_is_never_guessed_at(given: Resource, detail: str) -> None:
    (problem,) = read(given).problems
    assert problem.reason == "wrong_type"
    assert problem.detail.startswith(detail)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (resource("Immunization", "i", status="completed", notGiven=True), "not-done"),
        (resource("Immunization", "i", status="completed", notGiven=False), "completed"),
        (resource("Procedure", "p", status="suspended"), "on-hold"),
        (resource("Procedure", "p", status="aborted"), "stopped"),
        ({**STATEMENT, "taken": "n"}, "not-taken"),
        ({**STATEMENT, "taken": "y"}, "active"),
    ],
)
def test_status(given: Resource, status: str) -> None:
    assert body(given)["status"] == status


def test_what_stu3_and_r4_both_have_is_carried() -> None:
    procedure = resource(
        "Procedure", "p", status="completed", usedCode=[snomed("1")], reasonReference=[ref("Condition/c")]
    )
    assert body(procedure)["usedCode"] == [snomed("1")]
    processing = [{"description": "spun", "timeDateTime": "2020-01-02"}]
    assert body(resource("Specimen", "s", processing=processing))["processing"] == processing


@pytest.mark.parametrize("name", ["MedicationDosageLastChanged-1", "MedicationStatementDosageLastChanged-1"])
def test_when_a_dosage_last_changed_is_carried(name: str) -> None:
    changed = {"url": f"{CARE_CONNECT}{name}", "valueDateTime": "2020-03-04"}
    (extension,) = body({**STATEMENT, "extension": [changed]})["extension"]
    assert extension["url"].endswith("/Extension-UKCore-MedicationDosageLastChanged")
    assert extension["valueDateTime"] == "2020-03-04"


def test_answers_inside_answers_and_files_are_carried() -> None:
    inner = [{"linkId": "1.1", "text": "Which?", "answer": [{"valueString": "That one"}]}]
    answer = [{"valueBoolean": True, "item": inner}, {"valueUri": "urn:x"}, {"valueAttachment": {"title": "Scan"}}]
    items = [{"linkId": "1", "text": "Any?", "answer": answer}]
    shown = body(resource("QuestionnaireResponse", "q", status="completed", item=items))
    assert shown["item"] == items


def test_a_quantity_written_as_text_keeps_its_digits() -> None:
    request = {**REQUEST, "dispenseRequest": {"quantity": {"value": "7.10", "unit": "tablet"}}}
    assert b'"quantity":{"value":7.10,' in entry_of(read(request), "MedicationRequest/r").full


def test_a_record_in_another_bundle_and_what_was_deleted() -> None:
    document = bundle(PATIENT, ORGANISATION, bundle(observation("a"), REQUEST))
    document["entry"] += [{"request": {"method": "DELETE", "url": "ProcedureRequest/7"}}]
    (message,) = read_bundle(document)
    assert [entry.position for entry in message.entries] == ["entry[2].entry[0]", "entry[2].entry[1]"]
    assert message.removed == ("ServiceRequest|id|7",)


def test_what_cannot_be_mapped_takes_itself_back_under_its_own_identity() -> None:
    wrong = resource("ReferralRequest", "x", status="entered-in-error", type="x")
    entry = entry_of(read(wrong), "ServiceRequest/x")
    assert (entry.identity, entry.status) == ("ServiceRequest|id|x", VersionStatus.ENTERED_IN_ERROR)
    allergy = resource("AllergyIntolerance", "a", verificationStatus="entered-in-error", note=5)
    assert entry_of(read(allergy), "AllergyIntolerance/a").status is VersionStatus.ENTERED_IN_ERROR


@pytest.mark.parametrize("wrong", [{"dosageInstruction": 5}, {"requester": "x"}, {"authoredOn": {}}, {"category": 7}])
def test_a_labelled_request_that_cannot_be_mapped_keeps_its_label_and_unit(wrong: Resource) -> None:
    message = read({**REQUEST, "meta": NOPAT, **wrong}, STATEMENT)
    request = entry_of(message, "MedicationRequest/r")
    assert (request.kind, request.label) == (EntryKind.UNKNOWN, Label.NOT_FOR_PATIENT)
    assert request.unit == entry_of(message, "MedicationStatement/s").unit


@pytest.mark.parametrize(
    "unclear",
    [
        {**REQUEST, "meta": NOPAT, "medicationCodeableConcept": 5},
        {**REQUEST, "meta": NOPAT, "subject": "Patient/pat"},
        {**REQUEST, "meta": NOPAT, "context": {"display": "x"}},
        {**REQUEST, "meta": NOPAT, "resourceType": 5},
        listing("826501000000100", meta=NOPAT) | {"entry": 5},
        listing("826501000000100", meta=NOPAT) | {"entry": [{"item": {"display": "x"}}]},
        listing(CONSULTATION, "MedicationRequest/r", meta=NOPAT),
        listing(CONSULTATION, "MedicationRequest/r", meta=NOPAT, encounter={"reference": 5}),
    ],
)
def test_where_nobody_knows_what_a_label_speaks_of_it_speaks_of_everything(unclear: Resource) -> None:
    assert entry_of(read(observation("o"), unclear), "Observation/o").label is Label.UNKNOWN


@pytest.mark.parametrize("code", [{"coding": 5}, {"text": "Consultation"}, snomed(CONSULTATION)])
def test_a_labelled_consultation_is_so_whatever_its_list_is_called(code: Resource) -> None:
    lists = [{**consultation("enc", "Observation/o", meta=NOPAT)[0], "code": code}]
    assert entry_of(read(encounter(), *lists), "Encounter/enc").label is Label.NOT_FOR_PATIENT


@pytest.mark.parametrize("context", [{"reference": 5}, {"display": "x"}, {}, [], 7, "x"])
def test_a_context_that_nobody_can_tell_contains_all_the_same(context: object) -> None:
    assert entry_of(read(observation("o", context=context)), "Observation/o").containers
    request = {**REQUEST, "context": context}
    message = read(encounter(), request, *consultation("enc", "MedicationRequest/r"))
    assert set(entry_of(message, "MedicationRequest/r").containers) >= {"Encounter/enc"}


def test_a_consultation_without_a_known_encounter_contains_all_the_same() -> None:
    assert entry_of(read(observation("o"), listing(TOPIC, "Observation/o")), "Observation/o").containers


@pytest.mark.parametrize(
    "related", [{"type": 5, "target": ref("Observation/p")}, {"type": "derived-from", "target": {}}]
)
def test_a_relation_that_nobody_can_tell_contains_all_the_same(related: Resource) -> None:
    assert entry_of(read(observation("o", related=[related])), "Observation/o").containers


def test_references_by_an_identifier_and_lone_objects_are_understood() -> None:
    number = {"system": "urn:visits", "value": "1"}
    visit = encounter("enc", identifier=[number])
    member = {"type": "has-member", "target": ref("Observation/m")}
    message = read(visit, observation("o", context={"identifier": number}, related=member), observation("m"))
    assert entry_of(message, "Observation/o").containers == ("Encounter/enc",)
    assert entry_of(message, "Observation/m").containers == ("Observation/o",)
    report = resource("DiagnosticReport", "r", status="final", code=snomed("2"), result=ref("Observation/m"))
    assert entry_of(read(report, observation("m")), "Observation/m").kind is EntryKind.RESULT


def test_a_hidden_report_of_which_nobody_knows_what_it_holds() -> None:
    report = resource("DiagnosticReport", "r", status="preliminary", code=snomed("2"), result=[{"reference": 5}])
    assert entry_of(read(observation("o"), report), "Observation/o").label is Label.UNKNOWN


def test_damaged_entries_of_a_list_cost_only_themselves() -> None:
    deep: object = "x"
    for _ in range(400):
        deep = [deep]
    contained = [{"resourceType": ["x"]}, resource("AllergyIntolerance", "a", note=[{"text": deep}]), "x"]
    message = read(observation("o"), listing("1103671000000101", contained=contained))
    assert [problem.where for problem in message.problems] == ["entry[3].resource.contained[1]"]
    assert orjson.loads(entry_of(message, "Observation/o").full)["code"] == snomed("163020007")


def test_lists_above_lists_without_end_are_not_understood_and_do_not_take_for_ever() -> None:
    chain = [listing("826501000000100", f"List/{number + 1}", id=str(number)) for number in range(2000)]
    message = read(observation("o"), observation("p"), *chain, listing("826501000000100", "Observation/o", id="2000"))
    assert entry_of(message, "Observation/o").label is Label.UNKNOWN
    assert entry_of(message, "Observation/p").label is Label.NONE
