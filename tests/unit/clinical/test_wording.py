"""Words for searching: folding, what counts as a word, which elements speak, and finding, against naive readings."""

import json
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.wording import folded, hits, parts, spoken, wording, words_of

ELEMENTS = {
    "text", "display", "valueString", "conclusion", "description", "title", "patientInstruction", "onsetString",
    "abatementString", "performedString", "occurrenceString",
}  # fmt: skip
letters = st.text(alphabet="abÀŵ'\u2019-1 \"\\\n", max_size=12)
bodies = st.recursive(
    letters | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*sorted(ELEMENTS), "system", "code", "data", "status"]), inner, max_size=5)
    ),
    max_leaves=25,
)


def said(value: Any) -> list[str]:
    """Every string that stands in one of the elements, in order."""
    if isinstance(value, list):
        return [text for item in value for text in said(item)]
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, part in value.items():
        found += [part] if isinstance(part, str) and name in ELEMENTS else said(part)
    return found


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("Ŵy", "wy"),
        ("CAFFÉ", "caffe"),
        ("Crohn's", "crohns"),
        ("Crohn\u2019s", "crohns"),
        ("e\u0301", "e"),
        ("HbA1c", "hba1c"),
    ],
)
def test_capitals_accents_and_apostrophes_make_no_difference(word: str, plain: str) -> None:
    assert folded(word) == plain
    assert words_of(f"({word})") == (plain,)


def test_other_signs_part_words() -> None:
    assert words_of("Co-codamol 30mg/500mg; 'x' _y_") == ("co", "codamol", "30", "mg", "500", "x", "y")


@pytest.mark.parametrize("text", ["Ramipril 5mg capsules", "Ramipril 5 mg capsules", "Ramipril 5\u00a0mg capsules"])
@pytest.mark.parametrize("asked", ["ramipril 5mg", "ramipril 5 mg", "RAMIPRIL 5MG cap", "ramipril 5m", "5mg ramipril"])
def test_a_strength_is_found_with_and_without_a_space(text: str, asked: str) -> None:
    kept = wording(json.dumps({"note": [{"text": text}]}).encode())
    assert all(part in kept for part in parts(words_of(asked)))


@pytest.mark.parametrize("word", ["B12", "HbA1c", "T4", "2019", "5'"])
def test_only_a_number_in_front_of_letters_is_a_word_of_its_own(word: str) -> None:
    assert len(words_of(word)) == 1


@given(bodies)
def test_the_elements_that_speak_and_no_others(body: Any) -> None:
    raw = json.dumps({"resourceType": "Observation", "inner": body}, ensure_ascii=False).encode()
    assert spoken(raw) == said(body)
    assert spoken(json.dumps({"inner": body}, separators=(",", ":")).encode()) == said(body)
    expected = tuple(dict.fromkeys(word for text in said(body) for word in words_of(text)))
    assert wording(raw) == (f" {' '.join(expected)} " if expected else "")


@given(st.lists(letters, max_size=4), letters.filter(lambda text: bool(words_of(text))))
def test_all_words_are_found_and_the_last_may_be_a_beginning(texts: list[str], asked: str) -> None:
    words = words_of(asked)
    stored = [word for text in texts for word in words_of(text)]
    expected = all(word in stored for word in words[:-1]) and any(word.startswith(words[-1]) for word in stored)
    kept = wording(json.dumps({"note": [{"text": text} for text in texts]}).encode())
    assert all(part in kept for part in parts(words)) == expected


@given(letters, letters.filter(lambda text: bool(words_of(text))))
def test_what_is_marked_is_each_word_that_was_asked_for(text: str, asked: str) -> None:
    words = words_of(asked)
    marked = [folded(text[start:end]) for start, end in hits(text, words)]
    assert set(marked) == {word for word in words_of(text) if word in words or word.startswith(words[-1])}
    assert hits(text, words) == sorted(hits(text, words))


def test_a_name_inside_a_text_is_no_element() -> None:
    body = json.dumps({"valueString": 'he wrote {"text": "inner"}', "code": "word"}).encode()
    assert spoken(body) == ['he wrote {"text": "inner"}']


NOT_WORDS = {
    "authorString", "city", "code", "country", "data", "district", "doseNumberString", "family", "given", "line",
    "linkId", "lotNumber", "postalCode", "prefix", "series", "seriesDosesString", "state", "suffix", "unit", "value",
}  # fmt: skip
"""Elements that hold a string, but a number, a name, an address or a file rather than what an entry says."""


def strings_of(listed: Any) -> set[str]:
    """The names of all elements that the reviewed files list as strings."""
    if isinstance(listed, list):
        return {name for item in listed for name in strings_of(item)}
    if not isinstance(listed, dict):
        return set()
    own = {name for name, kind in listed.items() if kind in ("string", ["string"]) and not name.startswith("http")}
    return own.union(*(strings_of(part) for part in listed.values()))


def test_every_string_that_is_shown_is_either_searched_or_known_to_be_no_words() -> None:
    folder = files("openrecord.clinical").joinpath("data", "elements")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml")]
    listed = set().union(*(strings_of(tomllib.loads(text)) for text in texts))
    assert len(listed) > 20
    assert listed - ELEMENTS == NOT_WORDS
