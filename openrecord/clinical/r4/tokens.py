"""The codes that say what an entry is, as one text that can be searched, made from its coded body alone. Pure.

Each coding is `US system RS code US`. The separators are control characters, which neither an address nor a code can
hold, so that a part of the text means the same wherever it is found.
"""

import msgspec

from openrecord.clinical.codes import DATA_ABSENT_REASON

_END, _BETWEEN = "\x1f", "\x1e"


class _Coding(msgspec.Struct, gc=False):
    system: str = ""
    code: str = ""


class _Concept(msgspec.Struct, gc=False):
    coding: tuple[_Coding, ...] = ()


class _Reaction(msgspec.Struct, gc=False):
    substance: _Concept | None = None


class _Body(msgspec.Struct, gc=False, rename="camel"):
    """Of any served type, the elements that R4's search parameters for codes mean; no type has two of the first four.

    `type` is a concept of documents and specimens, several of consultations, and a word of allergies that is no code
    of theirs. An allergy is also what its reactions were to.
    """

    code: _Concept | None = None
    medication_codeable_concept: _Concept | None = None
    vaccine_code: _Concept | None = None
    type: _Concept | tuple[_Concept, ...] | str = ()
    reaction: tuple[_Reaction, ...] = ()


_decode = msgspec.json.Decoder(_Body).decode


def tokens(coded: bytes) -> str:
    """The codes of a coded body (R4 JSON of any served type); empty where it has none."""
    body = _decode(coded)
    concept = body.code or body.medication_codeable_concept or body.vaccine_code
    found = list(concept.coding) if concept is not None else []
    if type(body.type) is _Concept:
        found += body.type.coding
    elif body.type and type(body.type) is tuple:
        found += [coding for each in body.type for coding in each.coding]
    for reaction in body.reaction:
        found += reaction.substance.coding if reaction.substance is not None else ()
    told = [
        f"{coding.system}{_BETWEEN}{coding.code}{_END}"
        for coding in found
        if coding.code and coding.system != DATA_ABSENT_REASON
    ]
    return _END + "".join(told) if told else ""


def part(system: str | None, code: str | None) -> str:
    """What to look for in such a text. None means any; an empty system means codings without one."""
    before = "" if system is None else f"{_END}{system}"
    after = "" if code is None else f"{code}{_END}"
    return f"{before}{_BETWEEN}{after}"
