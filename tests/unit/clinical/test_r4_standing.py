"""Filed or not, version status and labels."""

import pytest

from openrecord.clinical.incoming import JsonObject, Label, VersionStatus
from openrecord.clinical.kinds import EntryKind
from tests.unit.clinical.r4_resources import LABORATORY, entry, observation, resource

FINAL, DRAFT, ERROR = VersionStatus.FINAL, VersionStatus.DRAFT, VersionStatus.ENTERED_IN_ERROR
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@pytest.mark.parametrize(
    ("status", "filed", "version"),
    [
        ("registered", False, FINAL),
        ("preliminary", False, FINAL),
        ("partial", False, FINAL),
        ("final", True, FINAL),
        ("amended", True, VersionStatus.AMENDED),
        ("corrected", True, VersionStatus.CORRECTED),
        ("appended", True, VersionStatus.APPENDED),
        ("unknown", None, FINAL),
        ("surprise", None, FINAL),
        (None, None, FINAL),
        ("cancelled", None, ERROR),
        ("entered-in-error", None, ERROR),
    ],
)
def test_results_and_reports(status: str | None, filed: bool | None, version: VersionStatus) -> None:
    for given in (observation(category=LABORATORY, status=status), resource("DiagnosticReport", status=status)):
        made = entry(given)
        assert (made.filed, made.status) == (filed, version)


@pytest.mark.parametrize(
    ("status", "filed", "version"),
    [("available", True, FINAL), (None, True, FINAL), ("surprise", None, FINAL), ("entered-in-error", None, ERROR)],
)
def test_specimens(status: str | None, filed: bool | None, version: VersionStatus) -> None:
    made = entry(resource("Specimen", status=status))
    assert (made.filed, made.status) == (filed, version)


@pytest.mark.parametrize(
    ("status", "doc_status", "filed", "version"),
    [
        ("current", None, True, FINAL),
        ("current", "final", True, FINAL),
        ("current", "amended", True, VersionStatus.AMENDED),
        ("current", "preliminary", False, FINAL),
        ("current", "surprise", None, FINAL),
        ("current", "entered-in-error", None, ERROR),
        ("superseded", "final", None, ERROR),
        ("entered-in-error", None, None, ERROR),
        (None, None, None, FINAL),
        ("surprise", None, None, FINAL),
    ],
)
def test_documents(status: str | None, doc_status: str | None, filed: bool | None, version: VersionStatus) -> None:
    made = entry(resource("DocumentReference", status=status, docStatus=doc_status))
    assert (made.filed, made.status) == (filed, version)


@pytest.mark.parametrize(
    ("given", "version"),
    [
        (observation(), FINAL),
        (observation(status="preliminary"), DRAFT),
        (observation(status="corrected"), VersionStatus.CORRECTED),
        (observation(status="entered-in-error"), ERROR),
        (observation(status=None), DRAFT),
        (observation(status="surprise"), DRAFT),
        (resource("Encounter", status="finished"), FINAL),
        (resource("Encounter", status="planned"), DRAFT),
        (resource("Encounter", status="in-progress"), DRAFT),
        (resource("Encounter", status="unknown"), DRAFT),
        (resource("Encounter", status="entered-in-error"), ERROR),
        (resource("MedicationRequest", intent="order", status="stopped"), FINAL),
        (resource("MedicationRequest", intent="order", status="draft"), DRAFT),
        (resource("MedicationRequest", intent="proposal", status="active"), DRAFT),
        (resource("MedicationRequest", intent="order", status="entered-in-error"), ERROR),
        (resource("MedicationStatement", status="entered-in-error"), ERROR),
        (resource("Immunization", status="not-done"), FINAL),
        (resource("Immunization", status="entered-in-error"), ERROR),
        (resource("Procedure", status="preparation"), DRAFT),
        (resource("ServiceRequest", intent="order", status="draft"), DRAFT),
        (resource("QuestionnaireResponse", status="in-progress"), DRAFT),
        (resource("QuestionnaireResponse", status="amended"), VersionStatus.AMENDED),
        (resource("Condition"), FINAL),
        (resource("Condition", verificationStatus={"coding": [{"code": "entered-in-error"}]}), ERROR),
        (resource("AllergyIntolerance", verificationStatus={"coding": [{"code": "entered-in-error"}]}), ERROR),
        (resource("AllergyIntolerance", verificationStatus={"coding": [{"code": "confirmed"}]}), FINAL),
        (resource("FamilyMemberHistory", status="entered-in-error"), ERROR),
    ],
)
def test_version_status_of_types_without_filing(given: JsonObject, version: VersionStatus) -> None:
    made = entry(given)
    assert (made.filed, made.status) == (True, version)


def test_format_overrules_filing_and_makes_drafts_but_not_what_is_in_error() -> None:
    unknown = observation(category=LABORATORY, status="unknown")
    assert entry(unknown, filed=True).filed is True
    assert entry(unknown, draft=True).status is DRAFT
    wrong = observation(category=LABORATORY, status="entered-in-error")
    assert (entry(wrong, filed=True).filed, entry(wrong, draft=True).status) == (None, ERROR)


def test_filing_follows_the_kind_that_the_format_gives() -> None:
    assert entry(observation(status="preliminary"), kind=EntryKind.RESULT).filed is False


@pytest.mark.parametrize(
    ("security", "label"),
    [
        ([], Label.NONE),
        ([{"system": ACT_CODE, "code": "NOPAT"}], Label.NOT_FOR_PATIENT),
        ([{"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"}], Label.NOT_FOR_PATIENT),
        ([{"code": "NOPAT"}], Label.NOT_FOR_PATIENT),
        ([{"system": CONFIDENTIALITY, "code": "N"}], Label.NONE),
        ([{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}], Label.NONE),
        ([{"system": CONFIDENTIALITY, "code": "R"}], Label.UNKNOWN),
        ([{"system": CONFIDENTIALITY, "code": "V"}], Label.UNKNOWN),
        ([{"system": ACT_CODE, "code": "PSY"}], Label.UNKNOWN),
        ([{"system": ACT_CODE, "code": "N"}], Label.UNKNOWN),
        ([{"display": "private"}], Label.UNKNOWN),
        (["NOPAT"], Label.UNKNOWN),
        ([{"system": CONFIDENTIALITY, "code": "R"}, {"code": "NOPAT"}], Label.NOT_FOR_PATIENT),
        ([{"system": CONFIDENTIALITY, "code": "N"}, {"code": "surprise"}], Label.UNKNOWN),
    ],
)
def test_security_labels(security: list[object], label: Label) -> None:
    assert entry(observation(meta={"security": security})).label is label


def test_strictest_of_own_and_surrounding_label_counts() -> None:
    restricted = observation(meta={"security": [{"system": CONFIDENTIALITY, "code": "R"}]})
    assert entry(restricted, label=Label.NOT_FOR_PATIENT).label is Label.NOT_FOR_PATIENT
    assert entry(observation(), label=Label.UNKNOWN).label is Label.UNKNOWN
    hidden = observation(meta={"security": [{"code": "NOPAT"}]})
    assert entry(hidden, label=Label.UNKNOWN).label is Label.NOT_FOR_PATIENT


def test_security_label_of_a_document_counts() -> None:
    labelled = resource("DocumentReference", status="current", securityLabel=[{"coding": [{"code": "NOPAT"}]}])
    assert entry(labelled).label is Label.NOT_FOR_PATIENT
    assert entry(resource("DocumentReference", securityLabel=[{"text": "private"}])).label is Label.UNKNOWN
