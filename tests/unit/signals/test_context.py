"""Negation and the other contexts, through the lexicons as they are."""

import pytest

from openrecord.clinical.signals.detect import signals
from openrecord.clinical.signals.types import SignalKind

RISK = SignalKind.MENTAL_HEALTH_RISK
ABUSE = SignalKind.DOMESTIC_ABUSE
CARE = SignalKind.SAFEGUARDING
OTHER = SignalKind.THIRD_PARTY
NEWS = SignalKind.SERIOUS_NEWS
YOUNG = SignalKind.MINOR_CONFIDENTIAL
SEXUAL = SignalKind.SEXUAL_REPRODUCTIVE
OPINION = SignalKind.CLINICIAN_OPINION
LETTER = SignalKind.CONFIDENTIAL_LETTER


def kinds(text: str, age: int | None = None) -> set[SignalKind]:
    return {signal.kind for signal in signals(text, (), age)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RISK, "Denies suicidal ideation, self-harm or psychosis."),
        (RISK, "No SI/DSH/psychosis"),
        (RISK, "nil suicidal thoughts"),
        (RISK, "Suicidal ideation: nil"),
        (RISK, "Suicidal ideation - denied"),
        (RISK, "Any suicidal thoughts? No."),
        (RISK, "no h/o self harm"),
        (RISK, "Self harm and suicidal thoughts denied"),
        (ABUSE, "denies DV"),
        (ABUSE, "Routine question: DV - no"),
        (CARE, "no concerns re safeguarding"),
        (CARE, "Safeguarding training completed, level 3 certificate"),
        (SEXUAL, "STI screen offered and declined"),
    ],
)
def test_negated(kind: SignalKind, text: str) -> None:
    assert kind not in kinds(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RISK, "No fever but suicidal"),
        (RISK, "Denies alcohol. Suicidal today."),
        (RISK, "No cough, says she wants to die"),
        (RISK, "no change in suicidal thoughts"),
        (RISK, "cannot exclude suicidal intent"),
        (RISK, "no longer self harming"),
        (ABUSE, "No injuries seen, husband hits her"),
        (ABUSE, "not safe at home, husband hits her"),
        (CARE, "No bruises. Child protection plan in place."),
        (SEXUAL, "does not want husband to know of the termination"),
        (SEXUAL, "HIV test negative"),
    ],
)
def test_not_negated(kind: SignalKind, text: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    ("kind", "meant", "lookalike"),
    [
        (CARE, "CP plan, category neglect", "CP radiating to L arm, trop neg"),
        (CARE, "CIN since March", "CIN 2 on biopsy, LLETZ"),
        (CARE, "LAC review", "3cm lac to scalp, glued"),
        (CARE, "MASH form sent", "potato mash and gravy"),
        (CARE, "S47 started", "S1 nerve root"),
        (CARE, "DASH 17 high", "DASH diet, salt down"),
        (RISK, "took an OD of paracetamol", "ramipril 5mg OD"),
        (RISK, "passive SI", "tender over L SI joint"),
        (NEWS, "2ww referral to breast clinic", "day 9 of her 2ww after embryo transfer"),
        (SEXUAL, "full STI screen", "STI R calf after netball"),
        (OTHER, "his sister says he drinks", "ward sister says dressing Tuesday"),
        (OTHER, "her partner says she drinks", "discussed with GP partner"),
        (YOUNG, "14, seen alone, Gillick competent", "Fraser ward, seen by Mr Fraser"),
    ],
)
def test_lookalike(kind: SignalKind, meant: str, lookalike: str) -> None:
    assert kind in kinds(meant)
    assert kind not in kinds(lookalike)


@pytest.mark.parametrize(
    "text",
    [
        "FH: father MI at 52, sister breast ca",
        "lives with wife and 2 children",
        "NOK: wife Janet",
        "attended with his sister",
        "Wife rang to book appt",
        "husband ordered her repeat",
        "Husband died last year",
    ],
)
def test_person_who_is_no_third_party(text: str) -> None:
    assert OTHER not in kinds(text)


@pytest.mark.parametrize(
    ("text", "age", "expected"),
    [
        ("Seen alone, does not want mum to know", 15, True),
        ("Seen alone, does not want mum to know", 16, False),
        ("Seen alone, does not want mum to know", None, False),
        ("14yo seen alone", None, True),
        ("14yo seen alone", 17, False),
        ("Seen alone. Her 3 yo daughter is well", None, False),
        ("17yo seen alone", None, False),
    ],
)
def test_age_known_or_read(text: str, age: int | None, expected: bool) -> None:
    assert (YOUNG in kinds(text, age)) is expected


@pytest.mark.parametrize("text", ["Missed it again. Ridiculous. BP 140/80", "wants a scan. not impressed", "Hopeless!"])
def test_a_word_that_is_the_whole_sentence_is_a_remark(text: str) -> None:
    assert OPINION in kinds(text)


@pytest.mark.parametrize("text", ["a curious rash", "feels hopeless", "low, hopeless, tearful"])
def test_the_same_word_among_others_is_none(text: str) -> None:
    assert OPINION not in kinds(text)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (False, "?EUPD. Not raised today."),
        (False, "I suspect alcohol, have not said so"),
        (True, "I suspect viral labyrinthitis and have explained this"),
        (True, "Psychosomatic element discussed and he recognises it"),
    ],
)
def test_a_suspicion_counts_until_it_is_shared(told: bool, text: str) -> None:
    assert (OPINION in kinds(text)) is not told


@pytest.mark.parametrize("text", ["Not malingering in my view", "Husband says he is lazy", "worried she is a nuisance"])
def test_a_remark_denied_or_somebody_elses(text: str) -> None:
    assert OPINION not in kinds(text)


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        (True, "Clinic letter not copied to patient at the consultant's request"),
        (True, "Report held on the paper file only"),
        (False, "Do not share inhalers. Letter to school done"),
        (False, "Letter not received from orthopaedics"),
        (False, "E-mail. Footer: this message is confidential and intended for the addressee only"),
    ],
)
def test_what_a_letter_is_kept_from(kept: bool, text: str) -> None:
    assert (LETTER in kinds(text)) is kept


@pytest.mark.parametrize(
    "text",
    [
        "Her brother hasn't told his wife he has HIV.",
        "Lives with her son who is on remand for fraud.",
        "Neighbour (no name left) handed in a note about his drinking.",
        "Her niece, who lives abroad, has been sectioned.",
        "Pt's friend L has been arrested.",
        "Call received from a man who would not say who he was.",
    ],
)
def test_told_of_somebody_else_whatever_else_stands_there(text: str) -> None:
    assert OTHER in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Brother drove him in.",
        "Her sister rang to book the flu jab.",
        "Mum and gran both hypothyroid.",
        "Wife noticed snoring.",
        "Colleague showed her wrist splint.",
        "Husband has told her to see physio.",
        "Carer for husband with Parkinson's.",
        "Max dose reached, reg agrees.",
        "Holiday in Florence, well.",
        "Protective: wife, kids.",
    ],
)
def test_plain_of_somebody_else(text: str) -> None:
    assert OTHER not in kinds(text)
