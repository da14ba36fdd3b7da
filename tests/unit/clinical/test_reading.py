"""Files: detection, refusals with their place, lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.reading import Format, Reading, Unreadable, read
from tests.unit.clinical.r4_resources import PATIENT, bundle, observation


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def test_r4_bundle_with_byte_order_mark() -> None:
    reading = read(b"\xef\xbb\xbf" + encoded(bundle(PATIENT, observation())))
    assert (reading.format, reading.resources, len(reading.messages[0].entries)) == (Format.FHIR_R4, 2, 1)


@pytest.mark.parametrize(
    "marked",
    [
        {"meta": {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Patient-1"]}},
        {"resourceType": "ProcedureRequest"},
        {"resourceType": "ReferralRequest"},
        {"resourceType": "MedicationStatement", "taken": "unk"},
    ],
)
def test_stu3_is_recognised(marked: dict[str, object]) -> None:
    marking = {**observation(), **marked}
    assert read(encoded(bundle(PATIENT, marking))).format is Format.GPCONNECT_STU3
    assert read(encoded(bundle(PATIENT, bundle(PATIENT, marking)))).format is Format.GPCONNECT_STU3
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "return", "resource": bundle(PATIENT, marking)}]}
    assert read(encoded(wrapped)).format is Format.GPCONNECT_STU3


def test_without_a_profile_the_elements_tell_and_few_resources_do_not_decide_for_all() -> None:
    older, newer = observation(context={"reference": "Encounter/e"}), observation(note=[{"text": "x"}])
    assert read(encoded(bundle(PATIENT, older, older, newer))).format is Format.GPCONNECT_STU3
    assert read(encoded(bundle(PATIENT, older, newer, newer))).format is Format.FHIR_R4
    assert read(encoded(bundle(PATIENT, older, newer))).format is Format.FHIR_R4
    assert read(encoded(bundle(PATIENT, older, {**older, "resourceType": ["x"]}))).format is Format.GPCONNECT_STU3


def test_format_given_overrules_detection() -> None:
    document = encoded(bundle(PATIENT))
    assert read(document, format=Format.GPCONNECT_STU3).format is Format.GPCONNECT_STU3
    assert read(encoded(PATIENT), format=Format.NDJSON).format is Format.NDJSON


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<Patient xmlns='http://hl7.org/fhir'/>", "xml_refused"),
        (b"  \xef\xbb\xbf", "malformed_json"),
        (b"\xef\xbb\xbf<a/>", "xml_refused"),
        (b"", "empty"),
        (b" \n ", "empty"),
        ("{}".encode("utf-16"), "not_utf8"),
        (b'{"resourceType": "Patient"', "malformed_json"),
        (b'{"resourceType": "Patient", "id": NaN}', "malformed_json"),
        (b'{"resourceType": "Patient", "id": 1e999}', "malformed_json"),
        (b'{"resourceType": "Patient", "id": "\\ud800"}', "malformed_json"),
        (b'{"resourceType": "Patient", "id": "\\u0000"}', "malformed_json"),
        (b'{"resourceType": "Patient", "id": "\xc3\x28"}', "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"[]", "not_fhir"),
        (b'"Patient"', "not_fhir"),
        (b"{}", "not_fhir"),
        (b'{"resourceType": "Bundle", "entry": 5}', "not_fhir"),
    ],
)
def test_unreadable_files(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(data)
    assert error.value.reason == reason


def test_place_of_an_error_is_named() -> None:
    with pytest.raises(Unreadable, match=r"line 3 column 4"):
        read(b'{"resourceType": "Patient",\n "id": "1",\n   oops}')


def test_odd_but_valid_json_is_read() -> None:
    document = b'{"resourceType": "Patient", "resourceType": "Patient", "id": "1", "x": 123456789012345678901234567890,'
    document += b' "y": "\\\\u0000"}'
    assert read(document).messages[0].not_entries == {"Patient": 1}


def test_deeply_nested_resource_costs_only_itself() -> None:
    deep = (
        b'{"resourceType": "Basic", "id": "1", "subject": {"reference": "Patient/p"}, "x": ' + b"[" * 500 + b"]" * 500
    )
    reading = read(encoded(PATIENT) + b"\n" + deep + b"}")
    assert [problem.reason for problem in reading.messages[0].problems] == ["too_deep"]
    assert reading.messages[0].not_entries == {"Patient": 1}


def test_nested_bundles_without_end_do_not_crash() -> None:
    opened = b'{"resourceType": "Bundle", "entry": [{"resource": '
    reading = read(opened * 300 + b'{"resourceType": "Patient", "id": "1"}' + b"}]}" * 300)
    assert reading.resources == 300


@pytest.mark.parametrize(
    "bad", [b'"\\u0000"', b'"\\ud800"', b"1e999", b"NaN", b"[" * 5000 + b"]" * 5000, b"oops", b'"\xff"', b'"a\nb"']
)
@pytest.mark.parametrize("first", [PATIENT, {"resourceType": "ProcedureRequest", "id": "x"}])
def test_what_cannot_be_stored_costs_only_its_resource(bad: bytes, first: dict[str, object]) -> None:
    others = observation(id="2"), {"resourceType": "Organization", "id": "o", "name": "BAD"}
    text = encoded(bundle(first, PATIENT, observation(comment="BAD"), *others)).replace(b'"BAD"', bad)
    reading = read(text)
    problems = [problem for message in reading.messages for problem in message.problems]
    assert [(problem.reason, problem.where) for problem in problems if problem.reason == "malformed_json"] == [
        ("malformed_json", "entry[2]"),
        ("malformed_json", "entry[4]"),
    ]
    assert {entry.position for entry in reading.messages[0].entries} >= {"entry[3]"}
    assert all(problem.detail.startswith("line ") for problem in problems if problem.reason == "malformed_json")
    assert reading.resources == 5


def test_a_patient_that_cannot_be_stored_leaves_nobody_whose_record_it_is() -> None:
    text = encoded(bundle({**PATIENT, "gender": "BAD"}, observation())).replace(b"BAD", b"\\u0000")
    (message,) = read(text).messages
    assert message.patient is None
    assert [problem.reason for problem in message.problems] == ["malformed_json", "no_patient"]


def test_a_bad_bundle_in_a_line_costs_only_its_entry() -> None:
    lines = [encoded(bundle(PATIENT, observation(id="BAD"), observation())).replace(b"BAD", b"\\u0000")]
    reading = read(lines[0] + b"\n" + encoded({**PATIENT, "id": "q"}) + b"\n", format=Format.NDJSON)
    first, second = reading.messages
    assert [(problem.reason, problem.where) for problem in first.problems] == [("malformed_json", "line 1.entry[1]")]
    assert [entry.position for entry in first.entries] == ["line 1.entry[2]"]
    assert second.not_entries == {"Patient": 1}


def test_a_line_that_cannot_be_stored_costs_only_itself() -> None:
    lines = [encoded(PATIENT), encoded(observation(id="BAD")).replace(b"BAD", b"\\ud800"), encoded(observation())]
    (message,) = read(b"\n".join(lines)).messages
    assert [(problem.reason, problem.where) for problem in message.problems] == [("malformed_json", "line 2")]
    assert message.problems[0].detail.startswith("column ")
    assert len(message.entries) == 1


def test_lines_of_bundles_are_understood_each_by_itself() -> None:
    """Ids repeat from one export to the next, and mean somebody else there."""
    other = {**PATIENT, "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9991000372"}]}
    older = {"resourceType": "ProcedureRequest", "id": "1", "status": "active", "intent": "order"}
    lines = [bundle(PATIENT, observation()), bundle(other, observation()), bundle(other, older, {"id": "x"})]
    reading = read(b"\r\n".join(b"\xef\xbb\xbf" + encoded(line) for line in lines))
    assert [(len(message.entries), message.patient and message.patient.nhs_number) for message in reading.messages] == [
        (1, "9991000003"),
        (1, "9991000372"),
        (1, "9991000372"),
    ]
    assert reading.messages[2].problems[0].where == "line 3.entry[2]"


def test_lines_of_entries_share_the_patient_of_another_line() -> None:
    reading = read(encoded(PATIENT) + b"\n" + encoded(bundle(observation())))
    assert [entry.position for entry in reading.messages[0].entries] == ["line 2.entry[0]"]


def test_bad_line_costs_only_itself() -> None:
    lines = [encoded(PATIENT), b'{"resourceType": ', b"", b"[]", encoded(observation()), b"\r"]
    reading = read(b"\n".join(lines))
    assert reading.format is Format.NDJSON
    assert [(problem.reason, problem.where) for problem in reading.problems] == [
        ("malformed_json", "line 2"),
        ("not_fhir", "line 4"),
    ]
    assert [entry.position for entry in reading.messages[0].entries] == ["line 5"]
    assert reading.resources == 4


def test_stu3_line_is_named() -> None:
    lines = [encoded(PATIENT), encoded({"resourceType": "ProcedureRequest", "id": "1"})]
    assert read(b"\n".join(lines)).problems[0].reason == "stu3_line"


def test_broken_pretty_printed_document_is_not_taken_for_lines() -> None:
    text = json.dumps(bundle(PATIENT), indent=1).encode()
    with pytest.raises(Unreadable, match="malformed_json"):
        read(text[:-2])


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:1 resourceTypeBundle\n', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome: Reading | Unreadable
    try:
        outcome = read(data)
    except Unreadable as error:
        outcome = error
    assert isinstance(outcome, Reading) or outcome.detail


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["Patient/p", "final", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["reference", "coding", "code", "value", "system", "identifier", "item"]), inner
        )
    ),
    max_leaves=6,
)
_ELEMENTS = [
    *("id", "meta", "identifier", "status", "code", "category", "encounter", "performer", "result", "hasMember"),
    *("contained", "basedOn", "specimen", "context", "relatesTo", "item", "medicationReference", "for", "name", "text"),
    *("extension", "intent", "securityLabel", "verificationStatus", "content", "managingOrganization", "address"),
]
_TYPES = [
    *("Observation", "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "Immunization"),
    *("Encounter", "DiagnosticReport", "DocumentReference", "ServiceRequest", "Procedure", "Specimen", "Task"),
    *("QuestionnaireResponse", "Patient", "Organization", "Practitioner", "PractitionerRole", "Medication", "Binary"),
    "ImagingStudy",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(_TYPES), st.dictionaries(st.sampled_from(_ELEMENTS), _json, max_size=4)), max_size=4
    )
)
def test_damaged_resources_never_crash_and_are_all_accounted_for(parts: list[tuple[str, dict[str, object]]]) -> None:
    resources = [
        {"id": "1", "subject": {"reference": "Patient/p"}, **part, "resourceType": kind} for kind, part in parts
    ]
    document = {"resourceType": "Bundle", "entry": [{"resource": each} for each in (PATIENT, *resources)]}
    assert read(encoded(document), format=Format.FHIR_R4).resources == 1 + len(resources)
