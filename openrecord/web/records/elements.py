"""Reading the few FHIR shapes that many presenters need: codes, quantities, references, notes.

Every function takes what JSON gave, however broken, and returns text; missing is the empty string. Nothing is guessed.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from openrecord.clinical.codes import without_tag

Json = Mapping[str, Any]

_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)
_UNIT_WORDS = {
    "mm[Hg]": "mmHg",
    "Cel": "\u00b0C",
    "/min": "per minute",
    "/h": "per hour",
    "/d": "per day",
    "/wk": "per week",
    "/mo": "per month",
    "[degF]": "\u00b0F",
    "kg/m2": "kg/m\u00b2",
    "1": "",
    "mL/min/{1.73_m2}": "mL/min/1.73m\u00b2",
    "mL/min/1.73m2": "mL/min/1.73m\u00b2",
}
_MOST_DIGITS = 30
"""No measurement has more; one written 1e999999999 must not become a page of zeros."""

_POWER_OF_TEN = re.compile(r"^10[*^](\d+)")
_BRACKETED = re.compile(r"\[([A-Za-z]+)(?:_(?:av|i|us|br))?\]")
"""A unit that is none of the metric system, as UCUM writes it: [iU], [oz_av]."""

_ANNOTATION = re.compile(r"\{[^}]*\}")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=[gLlmMI])")
_SUPERSCRIPT = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def decoded(raw: bytes | msgspec.Raw) -> Any:
    """JSON taken apart; a number with a point becomes a Decimal and keeps its digits (7.10 is not 7.1)."""
    return _decoder.decode(raw)


def mapping(value: object) -> Json:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The JSON objects of an array; a single object counts as one; anything else is none."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return [value] if isinstance(value, dict) else []


def text_of(value: object) -> str:
    """A string without surrounding space; anything else is empty."""
    return value.strip() if isinstance(value, str) else ""


def concept(value: object) -> str:
    """The words of a CodeableConcept: its text, else the chosen or first display, without SNOMED CT's semantic tag."""
    found = mapping(value)
    words = text_of(found.get("text"))
    if not words:
        for coding in objects(found.get("coding")):
            display = text_of(coding.get("display"))
            if display and coding.get("userSelected") is True:
                words = display
                break
            words = words or display
    return without_tag(words)


def concepts(value: object) -> str:
    """The words of several CodeableConcepts, comma separated."""
    return ", ".join(words for item in objects(value) if (words := concept(item)))


def code_of(value: object) -> str:
    """The first code of a CodeableConcept."""
    return next((text for coding in objects(mapping(value).get("coding")) if (text := text_of(coding.get("code")))), "")


def number(value: object) -> str:
    """A JSON number as people write it: the digits it came with, no exponent unless it is beyond reason."""
    if isinstance(value, Decimal):
        return format(value, "f") if abs(value.adjusted()) < _MOST_DIGITS else str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def unit_of(quantity: Json) -> str:
    """The unit as people read it."""
    return unit_in_words(text_of(quantity.get("unit")) or text_of(quantity.get("code")))


@lru_cache(maxsize=1024)
def unit_in_words(unit: str) -> str:
    """A UCUM unit as laboratories print it (powers of ten raised, a micro sign for u, no brackets); any other unit
    unchanged.
    """
    if unit in _UNIT_WORDS:
        return _UNIT_WORDS[unit]
    power = _POWER_OF_TEN.match(unit)
    if power:
        unit = f"\u00d710{power[1].translate(_SUPERSCRIPT)}{unit[power.end() :]}"
    return _MICRO.sub("\u00b5", _BRACKETED.sub(_without_brackets, _ANNOTATION.sub("", unit)))


def _without_brackets(found: re.Match[str]) -> str:
    return "IU" if found[1] == "iU" else found[1]


def quantity_text(value: object) -> str:
    """A Quantity with comparator and unit."""
    quantity = mapping(value)
    figure = number(quantity.get("value"))
    if not figure:
        return ""
    unit = unit_of(quantity)
    sign = text_of(quantity.get("comparator"))
    return f"{sign}{figure} {unit}" if unit else f"{sign}{figure}"


def notes(resource: Json) -> tuple[str, ...]:
    """The texts of `note`, each a paragraph of its own."""
    return tuple(words for item in objects(resource.get("note")) if (words := text_of(item.get("text"))))


def displays(value: object) -> str:
    """The display names of references, without repetition."""
    names = dict.fromkeys(text_of(item.get("display")) for item in objects(value))
    return ", ".join(name for name in names if name)


def references(value: object) -> tuple[str, ...]:
    """The local references ("Observation/…") of a reference or an array of them."""
    return tuple(target for item in objects(value) if (target := text_of(item.get("reference"))))


class _Reference(msgspec.Struct, frozen=True, gc=False):
    reference: str = ""


_references: msgspec.json.Decoder[list[_Reference] | _Reference] = msgspec.json.Decoder(list[_Reference] | _Reference)


def references_in(raw: bytes | msgspec.Raw) -> tuple[str, ...]:
    """`references` of JSON not taken apart yet, of which a page of results has more than anything else."""
    try:
        found = _references.decode(raw)
    except msgspec.ValidationError:
        return references(decoded(raw))
    each = found if isinstance(found, list) else [found]
    return tuple([target for item in each if (target := item.reference.strip())])


def joined(parts: Iterable[str], by: str = ", ") -> str:
    """The parts that say something, joined."""
    return by.join(part for part in parts if part)
