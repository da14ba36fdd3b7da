"""All our own words for patients can be read at 11 to 14: pages, messages, letters, explanations, short forms.

Prose is measured (tests/unit/reading.py); in a text too short to be measured, each long word is asked for by name. What
sources and staff wrote is shown as they wrote it and is none of ours.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from openrecord.caseload.rules.letters import draft
from openrecord.caseload.types import Kind, Outcome
from openrecord.clinical.abbreviations import glossary
from openrecord.clinical.explanations import explanations
from openrecord.clinical.plain_terms import plain_terms
from tests.unit.reading import age, syllables, words_of
from tests.unit.web.catalogue import marked_texts

OLDEST = 14.0
"""The reading age of each text; of everything that one page says it is:"""
USUAL = 12.0
PROSE = 8
"""A text of fewer words cannot be measured: one long word decides."""
LONG = 4
"""Syllables of a word that is asked for by name."""

PATIENTS = ("portal/", "web/", "notify/", "staff/templates/staff/proxy_letter.html")
"""Where the texts stand that patients and those who act for them read; the letter is printed by staff."""
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
BESIDE = re.compile(r"[,:(]")
"""After these a short text says itself in other words."""
JUDGING = re.compile(r"\b(good|bad|healthy|unhealthy|worrying|poor|fine)\b", re.IGNORECASE)
DIGITS = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")

Pages = Mapping[str, list[str]]


def allowed() -> frozenset[str]:
    """Long words that cannot be avoided; each group of them says why."""
    groups = tomllib.loads(Path(__file__).with_name("allowed_words.toml").read_text(encoding="utf-8"))["group"]
    assert all(group["why"] for group in groups)
    words = [word for group in groups for word in group["words"]]
    assert len(set(words)) == len(words)
    return frozenset(words)


ALLOWED = allowed()


def pages() -> Pages:
    """The texts of each template and module, a name in place of what is put in."""
    found: dict[str, list[str]] = {}
    for text, place in marked_texts().items():
        if place.startswith(PATIENTS):
            found.setdefault(place, []).append(PLACEHOLDER.sub("Ann", text))
    return found


def letters() -> Iterator[tuple[str, str]]:
    """The drafts of decision letters."""
    for kind in Kind:
        for outcome in Outcome:
            text = draft(kind, outcome, "")
            if text:
                yield f"letter {kind.value} {outcome.value}", text


PAGES = pages()
TEXTS = (
    *((place, text) for place, texts in PAGES.items() for text in texts),
    *letters(),
    *((f"explanation {each.name}", each.text) for each in explanations().all),
    *((f"term {each.plain}", each.plain) for each in plain_terms().all),
)
MEANINGS = sorted({m.text for table in glossary().tables.values() for entry in table.values() for m in entry.meanings})


def is_prose(text: str) -> bool:
    """Whether a text is long enough to be measured."""
    return len(words_of(text)) >= PROSE


def long_words(text: str) -> list[str]:
    """Its words that nobody has allowed."""
    return [word for word in words_of(text) if syllables(word) >= LONG and word.lower() not in ALLOWED]


def test_the_measure_tells_easy_from_hard() -> None:
    assert age(["The cat sat on the mat."]) < 7
    assert age(["Administration of anticoagulation necessitates individualised haematological evaluation."]) > 25
    assert age(["Take your medicines."], {"medicines"}) < age(["Take your medicines."])
    assert [syllables(word) for word in ("table", "asked", "sodium", "medicines", "vaccination")] == [2, 1, 3, 4, 4]


def test_every_sort_of_text_is_measured() -> None:
    assert len(PAGES) > 50
    assert sum(is_prose(text) for _place, text in TEXTS) > 250
    assert len(MEANINGS) > 400


@pytest.mark.parametrize(("place", "text"), [each for each in TEXTS if is_prose(each[1])])
def test_a_text_can_be_read_at_fourteen(place: str, text: str) -> None:
    assert age([text], ALLOWED) <= OLDEST, place


@pytest.mark.parametrize("place", [place for place, texts in PAGES.items() if any(map(is_prose, texts))])
def test_a_page_is_easier_than_its_hardest_text(place: str) -> None:
    assert age(filter(is_prose, PAGES[place]), ALLOWED) <= USUAL


def test_a_short_text_has_no_long_word_alone() -> None:
    assert {text: hard for _place, text in TEXTS if not is_prose(text) and (hard := long_words(text))} == {}


def test_the_meaning_of_a_short_form_says_a_long_word_in_plain_words_too() -> None:
    assert {text: hard for text in MEANINGS if not BESIDE.search(text) and (hard := long_words(text))} == {}


def test_no_allowance_is_left_over() -> None:
    used = {word.lower() for text in (*(text for _place, text in TEXTS), *MEANINGS) for word in words_of(text)}
    assert ALLOWED - used == set()


def test_no_text_judges_or_writes_a_date_in_digits() -> None:
    for text in (*(text for _place, text in TEXTS), *MEANINGS):
        assert JUDGING.search(text) is None, text
        assert DIGITS.search(text) is None, text
