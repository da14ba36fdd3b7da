"""Notes and comments: in lists with how they begin, on the page of a result with what was said about it."""

from typing import Any

import pytest
from msgspec import structs

from openrecord.clinical.codes import COMMENT_NOTE, SNOMED
from openrecord.web.records import events, observations
from openrecord.web.records.remarks import excerpt, is_note, note_texts
from openrecord.web.records.sections import detail_of
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of

COMMENT = {"coding": [{"system": SNOMED, "code": COMMENT_NOTE, "display": "Comment note"}]}
LONG = "No growth after five days. " * 8


def entry(key: str, **body: Any) -> Shown:
    """An Observation of a page."""
    reference = f"Observation/{key}"
    return shown_of(f"/{reference}", reference, "3 March 2024", {"resourceType": "Observation", "id": key, **body})


def laboratory(**body: Any) -> Shown:
    """What a laboratory found."""
    category = [{"coding": [{"code": "laboratory"}]}]
    return entry("lab", category=category, code={"text": "Blood culture"}, **body)


def comment(words: str) -> Shown:
    """What a clinician said of a result when filing it, as GP Connect sends it."""
    return entry(
        "c",
        code=COMMENT,
        note=[{"text": words}],
        valueCodeableConcept={"text": "Blood culture"},
        derivedFrom=[{"reference": "Observation/lab"}],
    )


def test_a_note_in_a_list_says_how_it_begins() -> None:
    line = events.line(entry("n", code=COMMENT, note=[{"text": "Seen with  back pain.\nBetter now."}]))
    assert (line.title, line.value) == ("Note", "Seen with back pain. Better now.")
    assert events.line(entry("n", code=COMMENT)).value == ""


def test_a_note_says_under_which_heading_it_was_written() -> None:
    """Three notes of a visit came without: nobody could tell what was found from what was planned."""
    visit: dict[str, Any] = {"encounter": {"reference": "Encounter/e"}}
    plan = entry(
        "n", code=COMMENT | {"text": "Plan"}, note=[{"text": "Rest, fluids."}, {"text": "Come back."}], **visit
    )
    assert events.line(plan).value == "Plan: Rest, fluids."
    assert detail_of(plan, ()).paragraphs == ("Plan: Rest, fluids.", "Come back.")
    for code in (COMMENT, COMMENT | {"text": "Comment note"}):
        assert events.line(entry("n", code=code, note=[{"text": "Rest."}], **visit)).value == "Rest."
    assert note_texts(entry("n", code=COMMENT | {"text": "Plan"}, **visit).body) == ()


def test_a_comment_on_a_result_says_what_it_is_about() -> None:
    line = events.line(comment("Normal, no action"))
    assert (line.title, line.value, line.aside) == ("Comment on a result", "Normal, no action", "Blood culture")
    page = detail_of(comment("Normal, no action"), ())
    assert [(fact.label, fact.value) for fact in page.facts] == [("About", "Blood culture")]
    assert page.paragraphs == ("Normal, no action",)


def test_the_page_of_a_result_shows_what_the_clinician_said_about_it() -> None:
    result = laboratory(hasMember=[{"reference": "Observation/c"}], note=[{"text": "Sample clotted"}])
    page = detail_of(result, (comment("Normal, no action. RV 2/52"),))
    assert (page.comments, page.paragraphs) == (("Normal, no action. RV 2/52",), ("Sample clotted",))
    assert page.groups == ()
    assert ["".join(piece.text + piece.tail for piece in text) for text in page.written.paragraphs] == [
        "Normal, no action. RV 2/52",
        "Sample clotted",
    ]
    assert [word.written for word in page.written.words] == ["RV", "2/52"]


def test_words_of_a_laboratory_are_a_result_and_no_note() -> None:
    found = laboratory(valueString="No growth", issued="2024-03-05T09:00:00Z")
    assert not is_note(found.body)
    assert events.line(found)[:4] == ("/Observation/lab", "Blood culture", "3 March 2024", "No growth")
    page = detail_of(found, ())
    assert (page.title, page.lead) == ("Blood culture", "No growth")
    assert ("Filed", "5 March 2024") in [(fact.label, fact.value) for fact in page.facts]


def test_a_long_text_of_a_laboratory_is_read_as_text() -> None:
    page = detail_of(laboratory(valueString=LONG.strip(), note=[{"text": "Phoned"}]), ())
    assert (page.lead, page.paragraphs) == ("", (LONG.strip(), "Phoned"))
    assert observations.line(laboratory(valueString=LONG)).value.endswith("…")


def test_a_result_without_a_value_says_in_a_list_what_was_written_of_it() -> None:
    culture = structs.replace(laboratory(note=[{"text": "Negative"}]), slug="test-results")
    assert observations.line(culture)[3:7] == ("Negative", "", "", "words")
    finding = structs.replace(culture, slug="measurements")
    assert observations.line(finding).value == "", "a finding is none the clearer for its note"
    report = {"resourceType": "DiagnosticReport", "id": "r", "conclusion": "Nothing was found.", "status": "amended"}
    line = observations.line(shown_of("/r", "DiagnosticReport/r", "3 March 2024", report))
    assert (line.value, line.tag) == ("Nothing was found.", "Amended")


@pytest.mark.parametrize(
    ("texts", "begins"),
    [
        ((), ""),
        (("",), ""),
        (("short", "second"), "short"),
        (("a" * 100,), "a" * 100),
        (("a" * 101,), "a" * 100 + "…"),
        (("a" * 50 + " " + "b" * 50,), "a" * 50 + "…"),
        (("a" * 50 + " " + "b" * 49 + " c",), "a" * 50 + " " + "b" * 49 + "…"),
    ],
)
def test_an_excerpt_is_cut_between_words(texts: tuple[str, ...], begins: str) -> None:
    assert excerpt(texts) == begins


def test_each_part_of_a_measurement_has_its_own_range() -> None:
    part = {
        "code": {"text": "Systolic blood pressure"},
        "valueQuantity": {"value": 150, "unit": "mmHg"},
        "referenceRange": [{"low": {"value": 90, "unit": "mmHg"}, "high": {"value": 140, "unit": "mmHg"}}],
    }
    page = detail_of(entry("bp", code={"text": "Blood pressure"}, component=[part]), ())
    assert (page.facts[0].label, page.facts[0].value) == (
        "Systolic blood pressure",
        "150 mmHg. Above the range. Range: 90 to 140 mmHg",
    )


def test_the_page_of_a_report_shows_what_was_said_of_it_and_under_a_result_what_was_said_of_that() -> None:
    of_report = entry("f", code=COMMENT | {"text": "Filing comment"}, note=[{"text": "Needs discussion."}])
    result = laboratory(hasMember=[{"reference": "Observation/c"}], valueString="No growth")
    body = {"resourceType": "DiagnosticReport", "id": "r", "code": {"text": "Report"}}
    page = detail_of(shown_of("/r", "DiagnosticReport/r", "3 March 2024", body), (of_report, result, comment("Fine")))
    assert page.comments == ("Needs discussion.",)
    (group,) = page.groups
    assert [(line.title, [below.value for below in line.under]) for line in group.lines] == [
        ("Blood culture", ["Fine"])
    ]


def test_who_did_a_test_is_told_without_who_asked_for_it() -> None:
    """EMIS names whoever a laboratory's message speaks of, with the part they have in it and their code."""
    names = [
        "OrderingParty-Brannam Practice-L83073",
        "LaboratoryServiceProvider-ST JAMES'S HOSPITAL-RBZ00",
        "RadiologyRelatedServiceProvider-Example Ann (C3586907)",
        "MessageRecipient-D82015",
        "Dr A Smith-Jones",
        "Dr A Smith-Jones",
    ]
    told = observations.done_by({"performer": [{"display": name} for name in names]})
    assert told == "ST JAMES'S HOSPITAL, Example Ann, Dr A Smith-Jones"
    assert observations.done_by({"performer": [{"display": "MessageRecipient-D82015"}]}) == ""


@pytest.mark.parametrize(
    "codes",
    [
        [{"text": "Diastolic"}, {"text": "Systolic"}],
        [{"coding": [{"code": "8462-4", "system": "http://loinc.org"}]}, {"coding": [{"code": "8480-6"}]}],
    ],
)
def test_a_blood_pressure_begins_with_the_systolic_whichever_was_sent_first(codes: list[dict[str, object]]) -> None:
    parts = [
        {"code": code, "valueQuantity": {"value": value, "unit": "mm[Hg]"}}
        for code, value in zip(codes, (82, 137), strict=True)
    ]
    for sent in (parts, parts[::-1]):
        pressure = entry("bp", code={"text": "Blood pressure"}, component=sent)
        assert observations.line(pressure).value == "137/82 mmHg"


def test_a_time_that_a_sample_took_is_a_value() -> None:
    day = {"start": "2024-03-01T08:00:00Z", "end": "2024-03-02"}
    assert observations.value_in_words({"valuePeriod": day}) == "1 March 2024 to 2 March 2024"
