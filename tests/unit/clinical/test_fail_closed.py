"""What hides something hides it though something else is wrong with it, or though nobody can say what it hides."""

from typing import Any

import pytest

from openrecord.clinical.incoming import ControlCode, IncomingEntry, IncomingMessage, JsonObject, Label, VersionStatus
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.bundle import read_bundle, read_lines
from tests.unit.clinical.r4_resources import MARKER, PATIENT, bundle, concept, observation, resource

NOPAT = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NOPAT"}]}
RESTRICTED = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
TABLETS = concept("322236009", "Paracetamol 500mg tablets")
DEEP: Any = "x"
for _ in range(300):
    DEEP = [DEEP]

REQUEST = resource("MedicationRequest", status="active", intent="plan", medicationCodeableConcept=TABLETS, meta=NOPAT)
STATEMENT = resource("MedicationStatement", status="active", medicationCodeableConcept=TABLETS)


def only(*resources: JsonObject) -> IncomingMessage:
    (message,) = read_bundle(bundle(PATIENT, *resources))
    return message


def first(*resources: JsonObject) -> IncomingEntry:
    return only(*resources).entries[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"dosageInstruction": 5},
        {"authoredOn": {}},
        {"status": ["active"]},
        {"encounter": "Encounter/e"},
        {"note": [{"text": DEEP}]},
        {"identifier": 5, "dispenseRequest": MARKER},
        {"id": None, "priority": 7},
    ],
)
def test_a_labelled_resource_that_cannot_be_used_keeps_its_label_and_its_unit(wrong: JsonObject) -> None:
    message = only({**REQUEST, **wrong}, STATEMENT)
    request, statement = message.entries
    assert (request.kind, request.label) == (EntryKind.UNKNOWN, Label.NOT_FOR_PATIENT)
    assert request.unit == statement.unit is not None
    assert MARKER.encode() not in request.full
    assert message.problems == ()


def test_without_an_identity_its_content_stands_for_it() -> None:
    nameless = {**REQUEST, "id": None}
    (one,), (same,), (other,) = (
        read_lines([("line 1", PATIENT, None), ("line 2", each, None)])[0].entries
        for each in (nameless, nameless, {**nameless, "intent": "order"})
    )
    assert one.identity == same.identity != other.identity
    assert one.identity.startswith("MedicationRequest|id|")


def test_what_takes_itself_back_does_so_whatever_else_is_wrong() -> None:
    entry = first(observation(status="entered-in-error", valueQuantity="gone"))
    assert (entry.identity, entry.status) == ("Observation|id|1", VersionStatus.ENTERED_IN_ERROR)
    stripped = resource("MedicationRequest", status="entered-in-error", medicationCodeableConcept=None)
    assert first(stripped).status is VersionStatus.ENTERED_IN_ERROR


def test_what_hides_nothing_is_refused() -> None:
    problem = only(observation(valueQuantity="gone")).problems[0]
    assert (problem.reason, problem.detail) == ("wrong_type", "Observation.valueQuantity: an object expected")


@pytest.mark.parametrize(
    ("code", "status", "kept"),
    [
        ("1364731000000104", "final", ControlCode("104", None, None)),
        ("1290331000000103", "final", ControlCode("103", None, None)),
        ("1364751000000106", "final", None),
        ("1364731000000104", "entered-in-error", None),
        ("1364751000000106", "entered-in-error", ControlCode("106", None, None)),
    ],
)
@pytest.mark.parametrize("wrong", [{"valueQuantity": 5}, {"modifierExtension": [{"url": "x"}]}, {"implicitRules": "x"}])
def test_what_takes_access_away_counts_and_what_gives_it_back_must_be_whole(
    code: str, status: str, kept: ControlCode | None, wrong: JsonObject
) -> None:
    controls = [entry.control for entry in only(observation(status=status, code=concept(code), **wrong)).entries]
    assert controls in ([kept], [] if kept is None else [kept])


def test_of_several_access_codes_in_one_the_strictest_counts() -> None:
    both = {"coding": [*concept("1364751000000106")["coding"], *concept("1364731000000104")["coding"]]}
    control = first(observation(code=both)).control
    assert control is not None
    assert control.code == "104"


@pytest.mark.parametrize(
    ("meta", "label"),
    [
        (NOPAT, Label.NOT_FOR_PATIENT),
        ({"security": {"code": "NOPAT"}}, Label.NOT_FOR_PATIENT),
        ({"security": "NOPAT"}, Label.UNKNOWN),
        ({"security": [None]}, Label.UNKNOWN),
        ({"security": [{"code": "nopat"}]}, Label.UNKNOWN),
        ("x", Label.UNKNOWN),
        ([], Label.UNKNOWN),
        (RESTRICTED, Label.UNKNOWN),
        ({"security": []}, Label.NONE),
        (None, Label.NONE),
    ],
)
def test_labels_in_every_shape(meta: object, label: Label) -> None:
    assert first(observation(meta=meta)).label is label


@pytest.mark.parametrize(
    "given",
    [
        observation(contained=[{"resourceType": "Observation", "id": "x", "meta": NOPAT}]),
        observation(contained={"resourceType": "Basic", "contained": [{"meta": NOPAT}]}),
        observation(code={**concept(), "extension": [{"url": "x", "valueCoding": {"code": "NOPAT"}}]}),
        observation(component=[{"extension": {"url": "x", "valueCodeableConcept": {"coding": [{"code": "NOPAT"}]}}}]),
        observation(referenceRange=[{"text": "x", "extension": [{"url": "x", "valueCoding": {"code": "NOPAT"}}]}]),
        resource(
            "Condition", extension=[{"url": "http://hl7.org/x-inline-sec-label", "valueCoding": NOPAT["security"][0]}]
        ),
    ],
)
def test_a_label_on_a_part_holds_for_the_whole(given: JsonObject) -> None:
    assert first(given).label is Label.NOT_FOR_PATIENT


def test_an_inline_label_that_is_not_understood_is_unknown() -> None:
    extension = [{"url": "x-inline-sec-label", "valueCode": "R"}]
    assert first(observation(valueQuantity={"value": 1, "extension": extension})).label is Label.UNKNOWN


def test_a_label_on_the_bundle_holds_for_all_in_it() -> None:
    document = {**bundle(PATIENT, observation()), "meta": NOPAT}
    assert read_bundle(document)[0].entries[0].label is Label.NOT_FOR_PATIENT
    assert read_bundle(bundle(PATIENT, {**document, "id": "b"}))[0].entries[0].label is Label.NOT_FOR_PATIENT


@pytest.mark.parametrize("composition", [{"meta": RESTRICTED}, {"confidentiality": "R"}, {"confidentiality": ["N"]}])
def test_a_confidential_document_hides_what_came_with_it(composition: JsonObject) -> None:
    assert first(observation(), resource("Composition", **composition)).label is Label.UNKNOWN
    assert first(observation(), resource("Composition", confidentiality="N")).label is Label.NONE


def test_a_labelled_list_labels_what_it_names() -> None:
    listed = resource("List", meta=NOPAT, entry=[{"item": {"reference": "Observation/a"}}])
    message = only(observation(id="a"), observation(id="b"), listed)
    assert [entry.label for entry in message.entries] == [Label.NOT_FOR_PATIENT, Label.NONE]


@pytest.mark.parametrize("entries", [5, ["x"], [{"item": {"display": "x"}}], [{"item": {"reference": 5}}], {"item": 5}])
def test_a_labelled_list_of_which_nobody_knows_what_it_names_labels_everything(entries: object) -> None:
    assert first(observation(), resource("List", meta=NOPAT, entry=entries)).label is not Label.NONE
    assert first(observation(), resource("List", entry=entries)).label is Label.NONE


def test_a_labelled_medication_labels_every_entry_of_the_medicine() -> None:
    medication = resource("Medication", id="m", code=TABLETS, meta=NOPAT)
    request = resource("MedicationRequest", intent="plan", medicationReference={"reference": "Medication/m"})
    message = only(medication, {**request, "medicationCodeableConcept": None}, STATEMENT, observation(id="o"))
    labels = [entry.label for entry in message.entries]
    assert labels[1:] == [Label.NOT_FOR_PATIENT, Label.NONE]
    unclear = {**medication, "code": {"coding": [{"code": "1"}]}}
    assert first(observation(), unclear).label is Label.NOT_FOR_PATIENT


@pytest.mark.parametrize(
    "unclear",
    [
        {**REQUEST, "medicationCodeableConcept": {"coding": 5}},
        {**REQUEST, "medicationCodeableConcept": {}},
        {**REQUEST, "subject": 5},
        {**REQUEST, "subject": {"reference": "Patient/unknown"}},
        {**REQUEST, "resourceType": None},
        observation(id="x", meta=NOPAT, encounter={"reference": 5}),
        observation(id="x", code=concept("1364731000000104"), subject=None),
        observation(id="x", code=concept("1364731000000104"), resourceType=[]),
        resource("DiagnosticReport", status="preliminary", result=[], resourceType=0),
        resource("DiagnosticReprot", status="preliminary", result=[]),
    ],
)
def test_where_nobody_knows_what_a_restriction_speaks_of_it_speaks_of_everything(unclear: JsonObject) -> None:
    (message,) = read_bundle(bundle(PATIENT, STATEMENT, unclear))
    assert message.entries[0].label is Label.UNKNOWN


@pytest.mark.parametrize(
    ("unclear", "label"),
    [
        (observation(id="x", subject=5), Label.NONE),
        (observation(id="x", subject=5, status="entered-in-error"), Label.NONE),
        (observation(id="x", subject=5, code=concept("1364751000000106")), Label.NONE),
        ({"meta": {"profile": ["x"]}}, Label.NONE),
        (resource("TestReport", result="pass"), Label.NONE),
    ],
)
def test_what_restricts_nothing_costs_only_itself(unclear: JsonObject, label: Label) -> None:
    assert only(STATEMENT, unclear).entries[0].label is label


def test_a_labelled_resource_in_the_place_of_its_entry() -> None:
    document = bundle(PATIENT, STATEMENT)
    document["entry"].append(REQUEST)
    (message,) = read_bundle(document)
    assert [(problem.reason, problem.where) for problem in message.problems] == [("no_entry", "entry[2]")]
    assert message.entries[0].label is Label.UNKNOWN


@pytest.mark.parametrize(
    ("report", "label"),
    [
        ({"status": "final", "result": [{"reference": "Observation/1"}]}, Label.NONE),
        ({"status": "final", "result": [{"display": "Serum sodium"}]}, Label.NONE),
        ({"status": "preliminary", "result": [{"display": "Serum sodium"}]}, Label.UNKNOWN),
        ({"status": "final", "result": [{"reference": 5}]}, Label.UNKNOWN),
        ({"status": "final", "result": [None]}, Label.UNKNOWN),
        ({"status": "final", "result": [{"display": "x"}], "encounter": {"reference": "Encounter/e"}}, Label.UNKNOWN),
    ],
)
def test_a_hidden_report_of_which_nobody_knows_what_it_holds(report: JsonObject, label: Label) -> None:
    assert only(observation(), resource("DiagnosticReport", code=concept(), **report)).entries[0].label is label


@pytest.mark.parametrize(
    "encounter",
    [
        *({"reference": 5}, {"display": "x"}, {}, [], 0, "x", ["x"], {"identifier": {"value": "1"}}),
        *({"identifier": {"system": "s", "value": "1"}}, "Encounter/e", [{"reference": "Encounter/e"}]),
    ],
)
@pytest.mark.parametrize("element", ["encounter", "context"])
def test_an_encounter_that_nobody_can_tell_contains_all_the_same(element: str, encounter: object) -> None:
    (entry,) = only(observation(meta=RESTRICTED, **{element: encounter})).entries
    assert entry.containers


def test_an_encounter_by_its_identifier_is_found_in_the_message() -> None:
    number = {"system": "urn:visits", "value": "1"}
    visit = resource("Encounter", id="e", status="finished", identifier=[{"system": "urn:x", "value": "9"}, number])
    for encounter in ({"identifier": number}, {"reference": "Encounter?identifier=urn:visits|1"}):
        assert only(visit, observation(encounter=encounter)).entries[1].containers == ("Encounter/e",)
    report = resource("DiagnosticReport", id="r", result=[{"identifier": number}])
    result = observation(identifier=[number])
    assert only(report, result).entries[1].containers == ("DiagnosticReport/r",)


@pytest.mark.parametrize("category", ["encounter-diagnosis", "encounter-diagnosiz", None])
def test_a_condition_of_an_unclear_category_belongs_to_its_encounter(category: str | None) -> None:
    categories = [{"coding": [{"code": category}]}] if category else [{"text": "x"}]
    entry = first(resource("Condition", category=categories, encounter={"reference": "Encounter/e"}))
    assert entry.containers == ("Encounter/e",)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"coding": [{"code": "confirmed"}]}, VersionStatus.FINAL),
        ({"coding": [{"code": "entered-in-error"}]}, VersionStatus.ENTERED_IN_ERROR),
        ({"text": "Entered in error"}, VersionStatus.DRAFT),
        ({"coding": [{"code": "Entered-In-Error"}]}, VersionStatus.DRAFT),
        (None, VersionStatus.FINAL),
    ],
)
def test_a_verification_status_that_is_not_understood_is_not_shown(status: object, expected: VersionStatus) -> None:
    assert first(resource("Condition", verificationStatus=status)).status is expected


@pytest.mark.parametrize("request_", [{"method": "DELETE"}, {"method": "delete", "url": "Observation/1"}])
def test_what_was_deleted_is_no_entry_whatever_stands_beside_it(request_: JsonObject) -> None:
    document = bundle(PATIENT, observation())
    document["entry"][1]["request"] = request_
    (message,) = read_bundle(document)
    assert (message.entries, message.removed) == ((), ("Observation|id|1",))
    assert message.not_entries == {"Patient": 1, "Observation": 1}
