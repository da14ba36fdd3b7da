"""Abbreviations in notes: found whole, explained by what is around them, the text left as it is (R12)."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openrecord.clinical import abbreviations
from openrecord.clinical.abbreviations import Glossary, InvalidGlossary, find, glossary

WORDS = sorted({word for table in glossary().tables.values() for word in table})
PIECES = st.sampled_from([*WORDS, "pain", "No", "5", "3/7", "1-2/52", "120/80", ".", ": ", "/", "x", "-", "ear", "\n"])
TEXTS = st.one_of(
    st.text(max_size=80), st.lists(st.one_of(PIECES, st.sampled_from([" ", ""])), max_size=40).map("".join)
)


def found(text: str) -> dict[str, tuple[str, ...]]:
    """What is explained, as written, and the meanings."""
    return {text[span.start : span.end]: span.meanings for span in find(text)}


def meaning(text: str, written: str) -> str:
    """The one meaning of what is written."""
    (only,) = found(text)[written]
    return only


def test_the_glossary_is_large_and_says_that_nobody_has_reviewed_it() -> None:
    assert len(glossary()) >= 400
    assert glossary().statuses == {"unreviewed"}


@given(TEXTS)
def test_spans_are_in_order_and_apart_and_nothing_of_the_text_is_lost(text: str) -> None:
    spans = find(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(span.start < span.end and all(span.meanings) for span in spans)
    rest, at = "", 0
    for span in spans:
        rest += text[at : span.start] + text[span.start : span.end]
        at = span.end
    assert rest + text[at:] == text


@given(TEXTS)
@example("Δ0")
@example("5Δ")
def test_no_span_lies_inside_a_longer_word(text: str) -> None:
    for span in find(text):
        written = text[span.start : span.end]
        before, after = text[span.start - 1 : span.start], text[span.end : span.end + 1]
        assert not (written[0].isalpha() and before.isalpha())
        assert not (written[-1].isalnum() and after.isalnum())


@pytest.mark.parametrize(
    ("text", "written"),
    [("ON WARFARIN", "ON"), ("ON AZATHIOPRINE 50mg", "ON"), ("RASH ON TOP OF FOOT", "TOP"), ("GIVEN TO ME", "ME"),
     ("AS DISCUSSED, APPLY ICE", "ICE"), ("REDUCE SALT INTAKE", "SALT"), ("AS ABOVE", "AS")],
)  # fmt: skip
def test_an_ordinary_word_in_a_text_of_capitals_is_that_word(text: str, written: str) -> None:
    assert written not in found(text)


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("Amitriptyline 10mg ON", "ON", "every night"),
        ("DNA", "DNA", "did not attend"),
        ("Coeliac genetics HLA DQ2 DNA sample sent", "DNA", "what genes are made of"),
        ("DNA clinic x2, letter sent", "DNA", "did not attend"),
        ("3 kids on CIN plans", "CIN", "child in need: a child whose family gets extra help"),
        ("Colposcopy: CIN 2", "CIN", "changes in the cells of the cervix"),
        ("Employer (HR) rang", "HR", "human resources: who look after staff at work"),
        ("HR 72", "HR", "heart rate"),
    ],
)
def test_an_unusual_meaning_needs_a_word_that_speaks_for_it(text: str, written: str, meant: str) -> None:
    assert meaning(text, written) == meant


@pytest.mark.parametrize("word", [word for word in WORDS if word.isalnum() and word.isascii()])
def test_letters_more_make_another_word(word: str) -> None:
    assert found(f"zq{word}qz") == found(f"{word}qz") == found(f"zq{word}") == {}


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("LBP 3/52 after lifting", "3/52", "3 weeks"),
        ("RV 1-2/52.", "1-2/52", "1 to 2 weeks"),
        ("cough 1/7", "1/7", "1 day"),
        ("for 6/12", "6/12", "6 months"),
        ("every 4/24", "4/24", "4 hours"),
        ("U&Es and LFTs", "LFTs", "liver function tests"),
        ("take p.r.n.", "p.r.n", "when needed"),
        ("Urgent XR ?# wrist", "?", "possibly: a question, not certain"),
        ("Urgent XR ?# wrist", "#", "fracture (broken bone)"),
        ("FBC/U&E/TFT", "U&E", "urea and electrolytes, a kidney blood test"),
        ("HbA1c", "HbA1c", "a blood test of average blood sugar over two to three months"),
    ],
)
def test_what_is_written_in_notes(text: str, written: str, meant: str) -> None:
    assert meaning(text, written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "on 3/7 and since 5/12",
        "3/7/24",
        "32/7",
        "0/7",
        "dob 1/12",
        "120/52",
        "All is well, it must fit",
        "MUST FIT: ALL WELL",
        "pain in the lap and pet the cat",
        "temperate",
        "see https://example.org/abc",
        "What? No.",
        "#1",
        "since the 1990s",
        "T4 pancreas",
        "power 5/5 L",
    ],
)
def test_what_is_no_abbreviation(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize(
    ("text", "written", "meant"),
    [
        ("CP on exertion, ECG done", "CP", "chest pain"),
        ("Seen by CP for medication review", "CP", "clinical pharmacist"),
        ("Examination: chest clear, BS equal", "BS", "breath sounds"),
        ("Abdo soft, BS present", "BS", "bowel sounds"),
        ("one tablet OD", "OD", "once a day"),
        ("folic acid 5mg OD", "OD", "once a day"),
        ("No bleeding PR", "PR", "through the back passage (rectum)"),
        ("TSH 2.1, free T4 14", "T4", "a thyroid hormone"),
        ("Hx OD paracetamol, crisis team", "OD", "overdose"),
        ("R ear", "R", "right"),
        ("T 37.2, HR 80", "T", "temperature"),
    ],
)
def test_words_nearby_decide(text: str, written: str, meant: str) -> None:
    assert meaning(text, written) == meant


def test_a_blood_pressure_is_no_length_of_time() -> None:
    assert found("BP 40/24") == {"BP": ("blood pressure",)}


def test_a_date_is_no_length_of_time() -> None:
    assert found("LMP 14/12") == {"LMP": ("last menstrual period",)}


def test_where_nothing_decides_every_meaning_is_given_or_none() -> None:
    assert found("Query PID")["PID"] == (
        "pelvic inflammatory disease, an infection of the womb and tubes",
        "prolapsed disc in the back",
    )
    assert found("Plan R") == {}


def test_words_far_away_do_not_decide_but_the_heading_does() -> None:
    filler = "word " * 20
    assert len(found(f"PID {filler} lumbar")["PID"]) == 2
    assert found(f"Lumbar spine: {filler} PID")["PID"] == ("prolapsed disc in the back",)


def test_a_unit_counts_only_after_a_number_and_there_before_all_else() -> None:
    assert [span.meanings for span in find("5 ng, ng")] == [("nanograms, billionths of a gram",)]
    assert found("give 500mg now") == {"mg": ("milligrams, thousandths of a gram",)}
    assert found("mg and mmHg alone, item 5, g") == {}
    assert meaning("takes 1 BD", "BD") == "twice a day"


@pytest.mark.parametrize(
    "listed",
    [
        {"review": {"status": "unreviewed"}, "surprise": {}},
        {"as_written": {"BP": "blood pressure"}},
        {"review": {"status": ""}},
        {"review": {"status": "unreviewed"}, "as_written": {"BP": ""}},
        {"review": {"status": "unreviewed"}, "any_case": {"bp": "a", "BP": "b"}},
        {
            "review": {"status": "unreviewed"},
            "choice": [{"written": "A", "table": "as_written", "meanings": [], "x": 1}],
        },
        {
            "review": {"status": "unreviewed"},
            "choice": [{"written": "A", "table": "as_written", "meanings": [], "unsure": "loud"}],
        },
    ],
)
def test_a_file_that_is_not_understood_is_refused(listed: dict[str, Any]) -> None:
    tables: dict[str, Any] = {name: {} for name in glossary().tables}
    with pytest.raises((InvalidGlossary, KeyError)):
        abbreviations._read(listed, tables)


def test_reading_a_note_takes_time_in_its_length() -> None:
    """One pass: the tokens of twice the text are twice as many, and each asks for the same few."""
    asked = 0

    class Counting(dict[str, Any]):
        def get(self, *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return super().get(*arguments)

    known = glossary()
    counting = Glossary({name: Counting(table) for name, table in known.tables.items()}, known.token, known.statuses)
    counts = []
    for times in (50, 100):
        asked = 0
        text = "LBP 3/52, R ear, PID, 5 mg bd/tds. " * times
        tokens = list(counting.token.finditer(text))
        read = abbreviations._Text(text, tokens, [abbreviations._folded(token[0]) for token in tokens], shouted=False)
        assert sum(len(list(abbreviations._spans(counting, read, at))) for at in range(len(tokens))) == 7 * times
        counts.append(asked)
    assert counts[1] == 2 * counts[0]
