"""The syntax of phrases, and where they are found."""

import pytest

from openrecord.clinical.signals.phrases import Phrases
from openrecord.clinical.signals.vocabulary import InvalidPhrase, Vocabulary

CLASSES = {
    "kin": ["mum", "sister in law", "<partner>"],
    "partner": ["wife", "ex wife"],
    "name": ["rosie", "jack"],
}


def found(phrase: str, text: str) -> list[str]:
    vocabulary = Vocabulary(CLASSES)
    phrases = Phrases(vocabulary, [(phrase, "it")])
    note = vocabulary.note(text)
    places = [(each.first, each.stop) for each in phrases.found(note, note.tokens.sentences)]
    return [text[slice(*note.tokens.span(*place))] for place in places]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("self harm", "Self-harm and SELF  HARM", ["Self-harm", "SELF  HARM"]),
        ("self harm", "self. Harm", []),
        ("abus*", "Abused, abusive, abut", ["Abused", "abusive"]),
        ("he|she left", "She left, they left", ["She left"]),
        ("rang|came_in late", "Came in late, rang late, came late", ["Came in late", "rang late"]),
        ("took (an) od", "took od, took an od, took the od", ["took od", "took an od"]),
        ("<kin> rang", "Sister-in-law rang, ex-wife rang", ["Sister-in-law rang", "ex-wife rang", "wife rang"]),
        ("mum ..2 rang", "Mum has just rang; mum who has just rang", ["Mum has just rang"]),
        ("mum ..2 rang", "mum well, rang", []),
        ("mum ...2 rang", "mum well, rang", ["mum well, rang"]),
        ("mum ...4 rang", "mum well. She rang", []),
        (
            "<kin>|she left",
            "wife left, sister in law left, she left, he left",
            ["wife left", "sister in law left", "she left"],
        ),
        ("took <number>|some", "took 3, took some, took two", ["took 3", "took some"]),
        ("saw <name>|him", "saw Rosie, saw rosie, saw him", ["saw Rosie", "saw him"]),
        ("? viral", "?viral, viral?", ["?viral"]),
        ("si ?. no", "SI? No", ["SI? No"]),
        ("<kin> <comma> who", "wife, who", ["wife, who"]),
        ("<kin> <name>", "wife Rosie, wife rosie", ["wife Rosie"]),
        ("<kin> <capital>", "wife Zebedee, wife zebedee, Wife Rosie", ["wife Zebedee"]),
        ("<kin> <initial>", "wife J, wife QZ, wife well", ["wife J", "wife QZ"]),
        ("<under16> yo", "15 yo, 15yo, 16yo, 115yo", ["15 yo", "15yo"]),
        ("psa <over10>", "PSA 10, PSA 10.5, PSA 11.2, PSA 312", ["PSA 10.5", "PSA 11.2", "PSA 312"]),
        ("k <over6.4>", "K 6.4, K 6.5, K 7, K 10/11, K 12/03/2024", ["K 6.5", "K 7"]),
        ("bnp <over2000>", "BNP 1,999, BNP 2,001, BNP 2000.5", ["BNP 2,001", "BNP 2000.5"]),
        ("egfr <below15>", "eGFR 15, eGFR 14.9, eGFR 9, eGFR 9/4", ["eGFR 14.9", "eGFR 9"]),
        ("in <year>", "in 2019, in 3019", ["in 2019"]),
        ("<opening_age>", "13, alone, 14", ["13"]),
        ("<apart_age>", "seen (14?), rang, 15, on 12 May; CRP: 13, 9, 16, 14.5", ["14", "15", "14.5"]),
        (
            "<agent> says",
            "plasterer says, Signalman says, sister in law says, her says",
            ["plasterer says", "Signalman says"],
        ),
        ("kin <verbal>", "kin lectured, kin was, kin red", ["kin lectured"]),
    ],
)
def test_phrase(phrase: str, text: str, expected: list[str]) -> None:
    assert found(phrase, text) == expected


@pytest.mark.parametrize(
    "phrase", ["..2 rang", "mum ..2", "mum ..x rang", "<nobody> rang", "<nobody>|she rang", "", '"']
)
def test_phrase_that_is_not_understood_is_refused(phrase: str) -> None:
    with pytest.raises(InvalidPhrase):
        Phrases(Vocabulary(CLASSES), [(phrase, "it")])


def test_class_that_contains_itself_is_refused() -> None:
    with pytest.raises(InvalidPhrase):
        Vocabulary({"a": ["<b>"], "b": ["<a>"]})
