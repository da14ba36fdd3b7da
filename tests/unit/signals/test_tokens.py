"""Notes cut into words, clauses and sentences."""

import pytest

from openrecord.clinical.signals.tokens import tokens_of


def sentences(text: str) -> list[str]:
    tokens = tokens_of(text)
    return [" ".join(tokens.words[first:stop]) for first, stop in tokens.sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Low mood. No SI.", ["low mood", "no si"]),
        ("seen by Dr. Shah today", ["seen by dr shah today"]),
        ("told J.M. rang", ["told j m", "rang"]),
        ("his boss (J.M.) rang", ["his boss ( j m ) rang"]),
        ("temp 37.5, BP 120/80; well", ["temp 37.5 , bp 120/80", "well"]),
        ("step-dad's phone", ["step dad 's phone"]),
        ("Mum\u2019s boyfriend doesn\u2019t", ["mum 's boyfriend doesnt"]),
        ("HIV -ve, CT +ve", ["hiv -ve , ct +ve"]),
        ("?viral / ? flu", ["? viral / ? flu"]),
        ("Any fever? Came alone", ["any fever", "came alone"]),
        ("SI? No. Sleeps", ["si ?. no", "sleeps"]),
        ("DNA again!! r/v", ["dna again ! !", "r / v"]),
        ("w/out condom w/ partner w/o", ["without condom with partner without"]),
        ("line one\nline two", ["line one", "line two"]),
        ("said “not now”", ["said not now"]),
        ("", []),
    ],
)
def test_words_and_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_long_line_that_goes_on_in_lower_case_was_only_wrapped() -> None:
    text = "She tells us that for several years she has suffered domestic\nabuse at home.\nNo further action"
    assert sentences(text)[0].endswith("suffered domestic abuse at home")
    assert len(sentences(text)) == 2


def test_spans_index_the_text_as_typed() -> None:
    text = "  Step-Dad\u2019s İ  phone"
    tokens = tokens_of(text)
    cut = [text[slice(*tokens.span(index, index + 1))] for index in range(len(tokens.raw))]
    assert cut == tokens.raw == ["Step", "Dad", "\u2019s", "İ", "phone"]
    assert text[slice(*tokens.span(0, 3))] == "Step-Dad\u2019s"
