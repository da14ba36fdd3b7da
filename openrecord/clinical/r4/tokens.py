"""What of an entry can be searched by code, as one text, made from its coded body alone. Pure.

Each code is `US mark system RS code mark US`: the mark says which element it stands in, the separators are control
characters, which neither an address nor a code can hold. So a part of the text means the same wherever it is found.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from openrecord.clinical.codes import DATA_ABSENT_REASON

_END, _BETWEEN = "\x1f", "\x1e"


class Mark(StrEnum):
    """Which element a code stands in; one character each, stored."""

    WHAT = "c"
    """What the entry is: its code, medicine, vaccine or type. An allergy is also what its reactions were to."""
    STATUS = "s"
    CLINICAL_STATUS = "l"
    INTENT = "i"
    CATEGORY = "k"


_WHAT, _STATUS, _CLINICAL_STATUS, _INTENT, _CATEGORY = (mark.value for mark in Mark)
"""As plain text: writing a member of an enumeration takes longer than finding its code."""


class _Coding(msgspec.Struct, gc=False):
    system: str = ""
    code: str = ""


class _Concept(msgspec.Struct, gc=False):
    coding: tuple[_Coding, ...] = ()


class _Reaction(msgspec.Struct, gc=False):
    substance: _Concept | None = None


class _Body(msgspec.Struct, gc=False, rename="camel"):
    """The searched elements of the types whose category is a slot (Observation, Condition), and of others in part."""

    code: _Concept | None = None
    status: str = ""
    clinical_status: _Concept | None = None


class _OtherBody(_Body, gc=False, rename="camel"):
    """The searched elements of all other types; `type` is also a word of allergies that nobody searches for."""

    medication_codeable_concept: _Concept | None = None
    vaccine_code: _Concept | None = None
    type: _Concept | tuple[_Concept, ...] | str = ()
    reaction: tuple[_Reaction, ...] = ()
    intent: str = ""
    category: _Concept | tuple[_Concept | str, ...] = ()


_decode = msgspec.json.Decoder(_Body).decode
_decode_other = msgspec.json.Decoder(_OtherBody).decode
_SLOTTED = frozenset({"Observation", "Condition"})


def tokens(fhir_type: str, coded: bytes) -> str:
    """The searchable codes of a coded body (R4 JSON of a served type); empty where it has none."""
    if fhir_type in _SLOTTED:
        body = _decode(coded)
        pieces = [] if body.code is None else _pieces(_WHAT, body.code.coding)
    else:
        other = body = _decode_other(coded)
        pieces = _what(other)
        if other.intent:
            pieces.append(_piece(_INTENT, "", other.intent))
        if other.category:
            pieces += _of(_CATEGORY, other.category)
    if body.status:
        pieces.append(_piece(_STATUS, "", body.status))
    if body.clinical_status is not None:
        pieces += _pieces(_CLINICAL_STATUS, body.clinical_status.coding)
    return _END + "".join(pieces) if pieces else ""


def _what(body: _OtherBody) -> list[str]:
    concept = body.code or body.medication_codeable_concept or body.vaccine_code
    pieces = [] if concept is None else _pieces(_WHAT, concept.coding)
    if concept is None and body.type and not isinstance(body.type, str):
        pieces = _of(_WHAT, body.type)
    for reaction in body.reaction:
        if reaction.substance is not None:
            pieces += _pieces(_WHAT, reaction.substance.coding)
    return pieces


def _of(mark: str, said: _Concept | Sequence[_Concept | str]) -> list[str]:
    """The pieces of an element that is one concept, several, or several plain codes."""
    if isinstance(said, _Concept):
        return _pieces(mark, said.coding)
    pieces: list[str] = []
    for each in said:
        pieces += [_piece(mark, "", each)] if isinstance(each, str) else _pieces(mark, each.coding)
    return pieces


def _pieces(mark: str, codings: Sequence[_Coding]) -> list[str]:
    return [
        f"{mark}{coding.system}{_BETWEEN}{coding.code}{mark}{_END}"
        for coding in codings
        if coding.code and coding.system != DATA_ABSENT_REASON
    ]


def _piece(mark: str, system: str, code: str) -> str:
    return f"{mark}{system}{_BETWEEN}{code}{mark}{_END}"


def part(mark: Mark, system: str | None, code: str | None) -> str:
    """What to look for in such a text. None means any; an empty system means codes without one."""
    before = "" if system is None else f"{_END}{mark}{system}"
    after = "" if code is None else f"{code}{mark}{_END}"
    return f"{before}{_BETWEEN}{after}"
