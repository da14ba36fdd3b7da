"""Resources inside other things: Bundles in Bundles, the Parameters of an operation, entries without an id."""

import pytest

from openrecord.clinical.incoming import IncomingLink, JsonObject, Label, LinkKind
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.bundle import read_bundle
from openrecord.clinical.stu3.bundle import read_bundle as read_stu3_bundle
from tests.unit.clinical.r4_resources import PATIENT, bundle, observation, resource

NOPAT = {"security": [{"code": "NOPAT"}]}


def wrapped(*resources: object) -> JsonObject:
    part = [{"name": "inner", "resource": each} for each in resources[1:]]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "return", "resource": resources[0]}, {"part": part}, "x"],
    }


@pytest.mark.parametrize("reader", [read_bundle, read_stu3_bundle])
def test_parameters_are_taken_apart(reader: object) -> None:
    assert callable(reader)
    (message,) = reader(wrapped(bundle(PATIENT, observation()), observation(id="2"), 5))
    assert [entry.position for entry in message.entries] == [
        "resource.parameter[0].entry[1]",
        "resource.parameter[1].parameter[0]",
    ]
    assert message.not_entries == {"Bundle": 1, "Parameters": 1, "Patient": 1}
    assert [problem.where for problem in message.problems] == ["resource.parameter[1].parameter[1]"]


@pytest.mark.parametrize("reader", [read_bundle, read_stu3_bundle])
def test_bundles_in_bundles_are_taken_apart(reader: object) -> None:
    assert callable(reader)
    (message,) = reader(bundle(PATIENT, bundle(observation(), {"resourceType": "Bundle", "entry": 5})))
    assert [entry.position for entry in message.entries] == ["entry[1].entry[0]"]
    assert [(problem.reason, problem.where) for problem in message.problems] == [("wrong_type", "entry[1].entry[1]")]
    assert message.resources == 4


def test_search_results_and_answers_of_a_transaction() -> None:
    document = bundle(PATIENT, observation(), resource("OperationOutcome"))
    document["entry"][1]["search"] = {"mode": "match"}
    document["entry"] += [{"response": {"status": "201"}}, {"link": []}, {"fullUrl": "urn:uuid:1"}, {}]
    (message,) = read_bundle(document)
    assert (len(message.entries), message.problems) == (1, ())
    assert message.not_entries == {"Patient": 1, "OperationOutcome": 1}


@pytest.mark.parametrize(
    ("full_url", "identity"),
    [
        ("urn:uuid:0001", "Observation|id|urn:uuid:0001"),
        ("https://ehr.example.org/Observation/7", "Observation|id|7"),
        (None, None),
    ],
)
@pytest.mark.parametrize("reader", [read_bundle, read_stu3_bundle])
def test_without_an_id_the_address_in_the_bundle_is_one(
    reader: object, full_url: str | None, identity: str | None
) -> None:
    assert callable(reader)
    document = bundle(PATIENT, observation(id=None))
    document["entry"][1]["fullUrl"] = full_url
    (message,) = reader(document)
    assert [entry.identity for entry in message.entries] == ([] if identity is None else [identity])
    assert [problem.reason for problem in message.problems] == (["no_identity"] if identity is None else [])


def test_no_word_of_a_resource_stands_in_a_reason() -> None:
    secret = "Mrs Example 9991000003"
    given: list[JsonObject] = [
        {**observation(subject=None), "resourceType": secret},
        {**observation(id=None, code={secret: secret}), "resourceType": secret},
        observation(status={secret: secret}),
        observation(code={"coding": secret}),
        observation(valueQuantity={"comparator": secret}),
        observation(**{secret: 5, "valueAttachment": {secret: secret}}),
        observation(extension=[{"url": secret, "valueString": secret}], encounter=secret),
    ]
    document = bundle(PATIENT, *given)
    document["entry"] += [{"request": {"method": "DELETE"}, "resource": {"resourceType": secret}}, secret]
    for reader in (read_bundle, read_stu3_bundle):
        for message in reader(document):
            told = [*message.not_entries, *(f"{p.reason} {p.where} {p.detail}" for p in message.problems)]
            assert not [text for text in told if "Mrs" in text or "9991000003" in text]


def test_results_that_a_report_contains_are_entries_and_parts_of_it() -> None:
    panel = observation(id="panel", subject=None, hasMember=[{"reference": "#member"}, {"reference": "Observation/o"}])
    contained = [panel, "x", observation(id="member", meta=NOPAT), observation(id="other"), {"resourceType": "Basic"}]
    report = resource(
        "DiagnosticReport", id="r", status="final", result=[{"reference": "#panel"}, "x"], contained=contained
    )
    for given in (report, {**report, "result": [{"reference": "#panel"}]}):
        (message,) = read_bundle(bundle(PATIENT, observation(id="o"), given))
        found = {entry.position: entry for entry in message.entries}
        inner = found["entry[2].contained[0]"]
        assert (inner.identity, inner.kind) == ("Observation|id|r#panel", EntryKind.RESULT)
        assert inner.containers == ("DiagnosticReport/r",)
        assert found["entry[2].contained[2]"].containers == ("Observation/r#panel",)
        assert found["entry[2].contained[2]"].label is Label.NOT_FOR_PATIENT
        assert "entry[2].contained[3]" not in found
    assert IncomingLink(LinkKind.RESULT, "Observation/r#panel") in found["entry[2]"].links
    assert found["entry[2]"].label is Label.NONE


@pytest.mark.parametrize(
    "holder", [{"id": None}, {"result": 5}, {"contained": {"resourceType": "Observation", "id": "a"}}]
)
def test_what_is_contained_without_being_named_is_no_entry(holder: JsonObject) -> None:
    report = resource("DiagnosticReport", status="final", result=[{"reference": "#a"}], contained=[observation(id="a")])
    document = bundle(PATIENT, {**report, **holder})
    assert sum(message.resources for message in read_bundle(document)) == 2


def test_a_type_with_wrong_capitals_is_the_type() -> None:
    for reader in (read_bundle, read_stu3_bundle):
        (message,) = reader(
            bundle({**PATIENT, "resourceType": "patient"}, {**observation(), "resourceType": "OBSERVATION"})
        )
        assert [entry.identity for entry in message.entries] == ["Observation|id|1"]
        assert message.not_entries == {"Patient": 1}
