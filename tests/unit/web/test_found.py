"""What a search found, in words: the texts stay whole, what was asked for is marked, a passage shows what is new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.wording import folded, words_of
from openrecord.web.records.found import BEFORE, BEHIND, Piece, found_months, pieces
from openrecord.web.records.values import Shown
from tests.unit.web.entries import shown_of

texts = st.text(alphabet="abÀ' -\n", max_size=40)
asked = texts.map(words_of).filter(bool)


@given(texts, asked)
def test_the_pieces_together_are_the_text(text: str, words: tuple[str, ...]) -> None:
    made = pieces(text, words)
    assert "".join(piece.text for piece in made) == text
    assert all(piece.text for piece in made)
    assert {folded(piece.text) for piece in made if piece.is_hit} == {
        word for word in words_of(text) if word in words or word.startswith(words[-1])
    }


def allergy(*notes: str, code: str = "Penicillin") -> Shown:
    """An allergy with notes."""
    body = {"resourceType": "AllergyIntolerance", "code": {"text": code}, "note": [{"text": text} for text in notes]}
    found = shown_of("/record/allergies/1", "AllergyIntolerance/1", "3 March 2024", body)
    return Shown(found.href, found.base, found.reference, found.date, found.raw, found.parts, None, "allergies")


def passages(shown: Shown, *words: str) -> list[str]:
    """The passages of the only thing that was found."""
    (month,) = found_months([shown], words)
    (hit,) = month.hits
    return ["".join(piece.text for piece in passage) for passage in hit.passages]


def test_what_the_title_says_needs_no_passage() -> None:
    shown = allergy("Penicillin as a child", "Rash after penicillin")
    assert passages(shown, "penicillin") == []
    assert passages(shown, "penicillin", "ra") == ["Rash after penicillin"]


def test_each_passage_says_a_word_that_none_before_it_says() -> None:
    shown = allergy("Rash", "rash and fever", "fever")
    assert passages(shown, "rash", "fever") == ["Rash", "rash and fever"]


@pytest.mark.parametrize("letters", [1, 30, 400])
def test_a_passage_is_cut_between_words_around_what_was_found(letters: int) -> None:
    text = f"{'before ' * letters}rash{' behind' * letters}"
    (passage,) = passages(allergy(text), "rash")
    assert passage.startswith("…before") == (letters > 1)
    assert passage.endswith("behind…") == (letters > 1)
    assert len(passage) <= BEFORE + BEHIND + 2
    assert passage.strip("…") in text


def test_a_word_longer_than_a_passage_is_shown() -> None:
    (passage,) = passages(allergy(f"{'x' * 300} {'rash' * 100} {'y' * 300}"), "rash")
    assert passage.startswith("…rashrash")


def test_marks_are_in_title_and_passages() -> None:
    (month,) = found_months([allergy("A rash.")], ("penicillin", "rash"))
    (hit,) = month.hits
    assert (month.heading, hit.kind) == ("No date given", "Allergies and reactions")
    assert hit.title == (Piece("Penicillin", is_hit=True),)
    assert hit.passages == ((Piece("A ", is_hit=False), Piece("rash", is_hit=True), Piece(".", is_hit=False)),)
