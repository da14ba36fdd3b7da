"""Plain words beside the text: every letter stays, and each short form leads to its meaning."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.abbreviations import glossary
from openrecord.web.records import background, events
from openrecord.web.records.plain import about, written
from openrecord.web.records.sections import detail_of
from openrecord.web.records.values import Line, Shown, Written
from tests.unit.web.entries import shown_of

WORDS = sorted({word for table in glossary().tables.values() for word in table})
PARAGRAPHS = st.lists(
    st.lists(st.one_of(st.sampled_from([*WORDS, " ", ", ", ".", "\n", "(", "pain"]), st.text(max_size=5))).map("".join),
    max_size=4,
)


def text_of(made: Written) -> list[str]:
    """The text of all pieces."""
    return ["".join(piece.text + piece.tail for piece in paragraph) for paragraph in made.paragraphs]


@given(PARAGRAPHS)
def test_the_text_is_unchanged(paragraphs: list[str]) -> None:
    assert text_of(written(paragraphs)) == paragraphs


@given(PARAGRAPHS)
def test_each_short_form_opens_once_in_a_paragraph_and_stands_in_the_list(paragraphs: list[str]) -> None:
    made = written(paragraphs)
    meanings = {word.number: word.meaning for word in made.words}
    assert [word.number for word in made.words] == list(range(1, len(made.words) + 1))
    for paragraph in made.paragraphs:
        opened = [piece.word for piece in paragraph if piece.opens]
        assert len(opened) == len(set(opened))
        assert set(opened) == {piece.word for piece in paragraph if piece.word}
        assert all(piece.meaning == meanings.get(piece.word, "") for piece in paragraph)


def test_several_meanings_are_said_to_be_possible() -> None:
    (word,) = written(["Query PID"]).words
    assert (
        word.meaning
        == "can mean: pelvic inflammatory disease, an infection of the womb and tubes; or: prolapsed disc in the back"
    )


def test_whether_a_clinician_has_checked_is_said_only_where_something_is_explained() -> None:
    assert written(["BP"]).status == "A clinician has not checked our words yet."
    assert written(["Nothing here"]).status == ""


def test_a_test_is_told_by_its_code_or_its_words_and_only_of_results() -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "1000661000000107"}], "text": "Na"}
    found = about({"resourceType": "Observation", "code": code})
    assert found is not None
    assert (found.name, found.status) == ("Sodium", "A clinician has not checked our words yet.")
    assert about({"resourceType": "DiagnosticReport", "code": {"text": "Liver function tests"}}) is not None
    assert about({"resourceType": "Observation", "code": {"coding": [{"display": "Urine ACR"}]}}) is not None
    assert about({"resourceType": "Condition", "code": code}) is None
    assert about({"resourceType": "Observation", "code": {"text": "Something else"}}) is None
    assert about({"resourceType": "Observation"}) is None


@pytest.mark.parametrize(
    ("line", "resource", "element", "term", "plain"),
    [
        (background.condition_line, "Condition", "code", "Otitis media (disorder)", "Middle ear infection"),
        (background.condition_line, "Condition", "code", "Asthma", ""),
        (background.vaccination_line, "Immunization", "vaccineCode", "IPV", "Polio vaccine"),
        (background.allergy_line, "AllergyIntolerance", "code", "Urticaria", "Hives: an itchy rash"),
        (events.line, "Procedure", "code", "Colonoscopy", "Camera test of the bowel"),
        (events.line, "Observation", "code", "Epistaxis", "Nosebleed"),
        (events.line, "Observation", "code", "Haemoglobin estimation", ""),
    ],
)
def test_a_term_stands_with_plain_words_where_they_are_known(
    line: Callable[[Shown], Line], resource: str, element: str, term: str, plain: str
) -> None:
    entry = shown_of(
        "/e", f"{resource}/e", "2024", {"resourceType": resource, element: {"coding": [{"display": term}]}}
    )
    title = term.removesuffix(" (disorder)")
    assert (line(entry).title, line(entry).plain) == (title, plain)
    page = detail_of(entry, ())
    assert (page.title, page.plain) == (title, plain)
    assert (plain in page.names) or not plain


def test_a_test_that_is_explained_is_named_once_on_its_page() -> None:
    code = {"coding": [{"display": "Urine ACR"}]}
    page = detail_of(shown_of("/e", "Observation/e", "2024", {"resourceType": "Observation", "code": code}), ())
    assert page.about is not None
    assert page.plain == ""


def test_the_short_forms_of_a_dosage_are_explained_below_it() -> None:
    body = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": {"text": "Amoxicillin"},
        "dosageInstruction": [{"text": "1 tab TDS 5/7", "patientInstruction": "With food"}],
        "note": [{"text": "LRTI"}],
    }
    page = detail_of(shown_of("/m", "MedicationRequest/m", "2024", body), ())
    assert (page.facts[0].value, page.paragraphs) == ("1 tab TDS 5/7", ("LRTI",))
    assert [word.written for word in page.written.words] == ["LRTI", "TDS", "5/7"]
    assert len(page.written.paragraphs) == len((*page.comments, *page.paragraphs, *page.terse))
