"""What a signal says, and properties that hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openrecord.clinical.codes import SNOMED
from openrecord.clinical.signals.detect import signals
from openrecord.clinical.signals.refsets import SensitiveCodes
from openrecord.clinical.signals.types import Coding, SignalKind, Span

CODE = "37331000000100"  # comment note: a published code that stands for any here
NEUTRAL = ("BP 120/80.", "Chest clear.", "Weight 72 kg.", "Flu jab given today.", "Urine dip: leucocytes 1+.")
NOTES = (
    "Husband punched her last night.",
    "Mum says he drinks. Social worker rang.",
    "Took 30 paracetamol in 2019.",
    "Denies SI. HIV positive, wife unaware.",
    "14yo seen alone, Gillick competent.",
    "Letter marked confidential, not for patient.",
    "2ww referral, ?lung ca, pt not yet aware.",
    "Heartsink. Not convinced by the limp.",
)
WORDS = st.sampled_from([*" ".join(NOTES).replace(".", " .").split(), "?", ";", ":", "(", "\n", "but", "OD", "\u2019s"])


def test_a_signal_says_which_where_and_why() -> None:
    found = signals("Feels low. His sister rang: he drinks.", (), None)
    assert [(each.kind, each.words, each.span) for each in found] == [
        (SignalKind.THIRD_PARTY, "sister rang", Span(15, 26))
    ]
    assert found[0].why == "tells what somebody else said: 'sister rang'"
    assert found[0].strength in {1, 2, 3}


def test_one_signal_a_passage_the_strongest() -> None:
    found = signals("Took an overdose of paracetamol.", (), None)
    assert [each.kind for each in found] == [SignalKind.MENTAL_HEALTH_RISK]


def test_a_relation_in_a_note_of_harm_counts_only_where_more_is_told() -> None:
    (alone,) = signals("His sister has left.", (), None)
    assert alone.kind is SignalKind.THIRD_PARTY
    assert {each.kind for each in signals("S47 meeting today. His sister has left.", (), None)} == {
        SignalKind.SAFEGUARDING
    }
    assert {each.kind for each in signals("S47 meeting today. His sister rang: he drinks.", (), None)} == {
        SignalKind.SAFEGUARDING,
        SignalKind.THIRD_PARTY,
    }


def test_code_of_a_sensitive_set() -> None:
    sensitive = SensitiveCodes({CODE: frozenset({SignalKind.SAFEGUARDING})})
    (found,) = signals("", [Coding(SNOMED, CODE, "Comment note")], None, sensitive)
    assert (found.kind, found.words, found.span, found.strength) == (SignalKind.SAFEGUARDING, "Comment note", None, 3)
    assert "'Comment note'" in found.why
    assert signals("", [Coding("http://example.org", CODE)], None, sensitive) == ()
    assert signals("", [Coding(SNOMED, CODE)], None) == ()


def test_term_of_a_code_counts_as_text() -> None:
    (found,) = signals("", [Coding(None, "x", "Victim of domestic violence")], None)
    assert (found.kind, found.words, found.span) == (SignalKind.DOMESTIC_ABUSE, "Victim of domestic violence", None)


@given(st.text())
def test_any_text_is_read_and_spans_are_its_words(text: str) -> None:
    for signal in signals(text, (), None):
        assert signal.span is not None
        assert 0 <= signal.span.start < signal.span.end <= len(text)
        assert text[signal.span.start : signal.span.end] == signal.words


@given(st.lists(WORDS), st.integers(0, 100) | st.none())
def test_any_jumble_of_a_lexicons_words_is_read(words: list[str], age: int | None) -> None:
    text = " ".join(words)
    found = signals(text, (), age)
    assert found == signals(text, (), age)
    for signal in found:
        assert signal.span is not None
        assert text[signal.span.start : signal.span.end] == signal.words


@pytest.mark.parametrize("note", NOTES)
@given(neutral=st.sampled_from(NEUTRAL), before=st.booleans())
def test_a_sentence_about_something_else_removes_no_signal(note: str, neutral: str, before: bool) -> None:
    alone = {(each.kind, each.words) for each in signals(note, (), None)}
    both = {
        (each.kind, each.words) for each in signals(f"{neutral} {note}" if before else f"{note} {neutral}", (), None)
    }
    assert alone
    assert alone <= both


@pytest.mark.parametrize("note", NOTES)
@given(gap=st.sampled_from([" ", "  ", "\t", " \u00a0 "]), change=st.sampled_from([str.lower, str.upper, str]))
def test_case_and_white_space_make_no_difference(note: str, gap: str, change: type[str]) -> None:
    changed = change(note).replace(" ", gap)
    assert {each.kind for each in signals(note, (), None)} <= {each.kind for each in signals(changed, (), None)}
