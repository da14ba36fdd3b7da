"""Observations, laboratory reports and specimens."""

import pytest

from openrecord.clinical.dates import earliest
from openrecord.clinical.incoming import IncomingLink, LabKey, LinkKind
from openrecord.clinical.kinds import EntryKind, Slot
from tests.unit.clinical.stu3.records import (
    Resource,
    body,
    encounter,
    entry_of,
    observation,
    read,
    read_one,
    ref,
    resource,
    snomed,
)

COMMENT = snomed("37331000000100")


def report(*results: str, **elements: object) -> Resource:
    given = {"status": "unknown", "code": snomed("721981007"), "issued": "2010-02-25T15:41:00+00:00"}
    return resource(
        "DiagnosticReport", "rep", **{**given, "result": [ref(f"Observation/{key}") for key in results], **elements}
    )


def related(kind: str, *keys: str) -> list[Resource]:
    return [{"type": kind, "target": ref(f"Observation/{key}")} for key in keys]


def panel() -> list[Resource]:
    return [
        report("head", specimen=[ref("Specimen/s")]),
        observation("head", related=related("has-member", "part", "note")),
        observation("part", related=related("derived-from", "head"), comment="NEGATIVE"),
        observation("note", code=COMMENT, comment="normal, no action"),
        resource("Specimen", "s", type={"text": "BLOOD"}, note=[{"text": "received separated"}]),
    ]


def test_everything_a_report_names_is_laboratory_filed_and_part_of_it() -> None:
    message = read(*panel())
    for key in ("head", "part"):
        entry = entry_of(message, f"Observation/{key}")
        assert (entry.kind, entry.slot, entry.filed) == (EntryKind.RESULT, Slot.LABORATORY, True)
        assert "DiagnosticReport/rep" in entry.containers
    assert entry_of(message, "Observation/part").containers == ("DiagnosticReport/rep", "Observation/head")
    assert entry_of(message, "Observation/head").containers == ("DiagnosticReport/rep",)
    assert entry_of(message, "DiagnosticReport/rep").filed is True
    assert not message.problems


def test_filing_comment_is_free_text_of_its_report() -> None:
    comment = entry_of(read(*panel()), "Observation/note")
    assert comment.kind is EntryKind.COMMENT
    assert comment.containers == ("DiagnosticReport/rep", "Observation/head")


def test_filing_comment_that_only_names_its_result_belongs_to_the_report_too() -> None:
    comment = observation("note", code=COMMENT, related=related("derived-from", "o"))
    assert read_one(comment, observation("o"), report("o")).containers == ("DiagnosticReport/rep", "Observation/o")


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/observation-category", None])
def test_result_of_a_report_has_the_laboratory_category_once(system: str | None) -> None:
    given = {"category": [{"coding": [{"system": system, "code": "laboratory"}]}]} if system else {}
    shown = body(observation("o", **given), report("o"))
    assert [each["coding"] for each in shown["category"]] == [
        [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]
    ]


def test_specimen_belongs_to_the_report_and_was_recorded_with_it() -> None:
    specimen = entry_of(read(*panel()), "Specimen/s")
    assert specimen.containers == ("DiagnosticReport/rep",)
    assert specimen.recorded == earliest("2010-02-25T15:41:00+00:00")


def test_panel_links_both_ways_without_a_circle() -> None:
    message = read(*panel())
    assert IncomingLink(LinkKind.HAS_MEMBER, "Observation/part") in entry_of(message, "Observation/head").links
    assert entry_of(message, "Observation/part").links == (IncomingLink(LinkKind.DERIVED_FROM, "Observation/head"),)


def test_members_of_each_other_are_never_containers_of_each_other() -> None:
    message = read(
        observation("a", related=related("has-member", "b", "a")), observation("b", related=related("has-member", "a"))
    )
    assert [entry.containers for entry in message.entries] == [(), ("Observation/a",)]


@pytest.mark.parametrize(
    ("status", "filed"),
    [("unknown", True), ("final", True), ("registered", False), ("preliminary", False), ("x", None)],
)
def test_only_the_status_unknown_is_read_as_filed_besides_r4s_own(status: str, filed: bool | None) -> None:
    message = read(report("o", status=status), observation("o", status=status))
    assert [entry.filed for entry in message.entries] == [filed, filed]


def test_observation_outside_reports_keeps_no_category() -> None:
    entry = read_one(observation("o"))
    assert (entry.kind, entry.slot) == (EntryKind.OBSERVATION, Slot.OBSERVATION_OTHER)


def test_observation_elements_take_their_r4_shape() -> None:
    flag = {"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": "A"}]}
    shown = body(
        observation(
            "o",
            comment="sitting",
            interpretation=flag,
            valueQuantity={"value": 5.1, "unit": "mmol/L"},
            referenceRange=[{"low": {"value": 1}, "text": "adult"}],
            component=[{"code": snomed("72313002"), "interpretation": flag, "valueQuantity": {"value": 120}}],
        )
    )
    system = "http://terminology.hl7.org/CodeSystem/v2-0078"
    assert shown["note"] == [{"text": "sitting"}]
    assert shown["interpretation"][0]["coding"][0]["system"] == system
    assert shown["component"][0]["interpretation"][0]["coding"][0]["system"] == system
    assert shown["referenceRange"] == [{"low": {"value": 1}, "text": "adult"}]


def test_codings_keep_their_order_and_snomed_is_the_main_code() -> None:
    read_v2 = {"system": "http://read.info/readv2", "code": "44V..00", "display": "Glucose tolerance"}
    sct = {"system": "http://snomed.info/sct", "code": "1005711000000106", "display": "Glucose tolerance"}
    given = observation("o", code={"coding": [read_v2, sct]})
    assert [each["code"] for each in body(given)["code"]["coding"]] == ["44V..00", "1005711000000106"]
    assert read_one(given).code == "1005711000000106"


def test_report_elements_take_their_r4_shape() -> None:
    shown = body(
        report(
            codedDiagnosis=[snomed("22298006")],
            conclusion="on medication",
            category={"coding": [{"system": "http://hl7.org/fhir/v2/0074", "code": "PAT"}]},
            performer=[{"actor": ref("Organization/org")}],
        )
    )
    assert shown["conclusionCode"][0]["coding"][0]["code"] == "22298006"
    assert shown["category"][0]["coding"][0]["system"] == "http://terminology.hl7.org/CodeSystem/v2-0074"
    assert shown["performer"][0]["display"] == "Synthetic Surgery"
    assert shown["conclusion"] == "on medication"


def laboratory_copy(*results: str, order: bool = True) -> list[Resource]:
    """A report as the laboratory numbered it, with its results on one specimen."""
    numbers = [
        {"system": "https://example.org", "value": "x"},
        {"system": "2.16.840.1.113883.2.1.4.5.5", "value": "LAB7"},
    ]
    based_on = {"basedOn": [ref("ProcedureRequest/q")]} if order else {}
    return [
        report(*results, identifier=numbers, **based_on),
        *(observation(key, specimen=ref("Specimen/s")) for key in results),
        resource("Specimen", "s", accessionIdentifier={"value": "G,03"}),
        resource("ProcedureRequest", "q", status="active", intent="order", identifier=[{"value": "ORD9"}]),
    ]


def test_result_shares_a_key_with_the_laboratorys_own_message() -> None:
    entry = entry_of(read(*laboratory_copy("o")), "Observation/o")
    assert entry.lab_key == LabKey("LAB7", "ORD9", "163020007", "G,03")


def test_key_that_is_incomplete_or_not_unique_is_none() -> None:
    assert entry_of(read(*laboratory_copy("o", order=False)), "Observation/o").lab_key is None
    assert [entry.lab_key for entry in read(*laboratory_copy("o", "twice")).entries] == [None] * 5


def test_report_in_a_consultation_is_part_of_it() -> None:
    message = read(report("o", context=ref("Encounter/enc")), observation("o"), encounter())
    assert entry_of(message, "DiagnosticReport/rep").containers == ("Encounter/enc",)
    assert entry_of(message, "Observation/o").containers == ("DiagnosticReport/rep",)
