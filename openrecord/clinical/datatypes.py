"""How each FHIR data type is rendered: what of it is coded, what is free text (shown at full only), what is dropped.

A step takes a JSON value and returns (full, coded): the same object where they are equal, None where nothing is left.
Steps never change their input and never repeat its content in an error. The lists of elements are data: data/elements.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

import orjson

from openrecord.clinical import wire
from openrecord.clinical.attached import taken_out
from openrecord.clinical.incoming import IncomingFile, JsonObject, Label
from openrecord.clinical.labels import label_in, strictest

Rendered = tuple[Any, Any]
NOTHING: Rendered = (None, None)

NAMED_TYPES = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Device", "CareTeam"}
)
"""References to these are shown by name. A patient is shown as such without a name, a related person not at all."""

RECURRING_TYPES = frozenset({"Coding", "CodeableConcept", "TextConcept", "ReferenceRange"})
"""Types whose values come again and again (a test's name, its reference range), so that rendering them is remembered.
None of them may hold a reference or a file: those mean something else in every message."""

_REMEMBERED = 2048
_LONGEST_REMEMBERED = 512
_LONGEST_WORD = 64
_WHOLE = 1 << 63
_COMPARATORS = ("<", "<=", ">=", ">")

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_DATE_TIME = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII)
_CODE = re.compile(r"\S{1,128}")
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w-]+=[\w.\"-]+)*")


class WrongShape(ValueError):
    """A value has another JSON type than FHIR asks for. `path` names the element, the content is not repeated."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path}: {expected} expected")
        self.path = path
        self.expected = expected

    def within(self, name: str) -> "WrongShape":
        """The same error seen from the element that encloses this one."""
        return WrongShape(f"{name}.{self.path}" if self.path else name, self.expected)


@dataclass(frozen=True, slots=True)
class Named:
    """What a reference means: the resource type and the name to show for it. `label`: on who or what it is."""

    type: str
    display: str | None
    label: Label = Label.NONE


@dataclass(frozen=True, slots=True)
class File:
    """A file that the message brought along as a resource of its own."""

    content_type: str | None
    data: str
    label: Label = Label.NONE


class Names(Protocol):
    """What the surrounding message knows of the targets of references."""

    def named(self, reference: str) -> Named | None:
        """The target of a local reference, or None where the message does not hold it."""

    def file(self, url: str) -> File | None:
        """The file behind an attachment's address, where the message brought it along."""


@dataclass(slots=True)
class Context:
    """One rendering: what is known around the resource, and what was noticed in it.

    `modified`: it holds a modifier that nobody here understands. `label`: the strictest of single elements. `files`:
    what was taken out of it, by the name that stands in its place.
    """

    names: Names
    modified: bool = False
    label: Label = Label.NONE
    files: dict[str, IncomingFile] = field(default_factory=dict)

    def notice(self, extensions: object) -> None:
        """Note the security labels among the extensions of an element."""
        self.label = strictest(self.label, label_in(extensions))


class _Nobody:
    """The names known where a value stands by itself: none."""

    def named(self, _: str) -> Named | None:
        return None

    def file(self, _: str) -> File | None:
        return None


_NOBODY = _Nobody()

Step = Callable[[Any, Context], Rendered]


def object_of(value: object) -> JsonObject:
    """`value` as a JSON object; raises WrongShape."""
    if type(value) is not dict:
        raise WrongShape("", "an object")
    return value


def text_of(parent: JsonObject, key: str) -> str | None:
    """The string under `key`, None where it is absent or empty; raises WrongShape."""
    value = parent.get(key)
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise WrongShape(key, "a string")
    return value


def string(value: object, _: Context) -> Rendered:
    """Any text."""
    if type(value) is str:
        return (value, value) if value else NOTHING
    raise WrongShape("", "a string")


def _matching(pattern: re.Pattern[str]) -> Step:
    def rendered(text: str) -> Rendered:
        return (text, text) if pattern.fullmatch(text) else NOTHING

    known = lru_cache(maxsize=_REMEMBERED)(rendered)

    def step(value: object, _: Context) -> Rendered:
        if type(value) is str:
            return known(value) if len(value) <= _LONGEST_WORD else rendered(value)
        raise WrongShape("", "a string")

    return step


def remembered(step: Step) -> Step:
    """`step`, which gives the same answer for the same JSON without going through it again (RECURRING_TYPES).

    What is remembered is bounded in number and in size. Renderings are shared, so nobody may change one.
    """

    @lru_cache(maxsize=_REMEMBERED)
    def known(serialised: bytes) -> tuple[Rendered, bool, Label]:
        context = Context(_NOBODY)
        return step(wire.loads(serialised), context), context.modified, context.label

    def remembering(value: object, context: Context) -> Rendered:
        try:
            serialised = wire.dumps(value)
        except orjson.JSONEncodeError:  # more than can be written: the step says what is wrong
            return step(value, context)
        if len(serialised) > _LONGEST_REMEMBERED:
            return step(value, context)
        rendered, modified, label = known(serialised)
        if modified:
            context.modified = True
        if label is not Label.NONE:
            context.label = strictest(context.label, label)
        return rendered

    return remembering


def boolean(value: object, _: Context) -> Rendered:
    """true or false."""
    if type(value) is bool:
        return value, value
    raise WrongShape("", "true or false")


def number(value: object, _: Context) -> Rendered:
    """A decimal, with the digits the source wrote, or an integer."""
    if type(value) is Decimal or type(value) is float:
        return value, value
    if type(value) is int:
        kept = value if -_WHOLE < value < _WHOLE else Decimal(value)
        return kept, kept
    raise WrongShape("", "a number")


def comparator(value: object, _: Context) -> Rendered:
    """How a Quantity's value is meant. One that is not understood may turn the value round: it is never dropped."""
    if value in _COMPARATORS:
        return value, value
    if value == "":
        return NOTHING
    raise WrongShape("", "one of < <= >= >")


def unsupported(_value: object, _: Context) -> Rendered:
    """What R4 has no place for. Without it the entry would say something else, so the whole resource is refused."""
    raise WrongShape("", "another type of value")


def coding(value: object, context: Context) -> Rendered:
    """A code with its system; a display without a code is free text."""
    source = object_of(value)
    if "extension" in source:
        context.notice(source["extension"])
    full: JsonObject = {}
    for key in ("system", "version", "code", "display"):
        if (text := text_of(source, key)) is not None:
            full[key] = text
    if not (full.get("code", "").isprintable() and full.get("system", "").isprintable()) and _has_control(full):
        raise WrongShape("code", "a system and a code without control characters")
    if not full:
        return NOTHING
    if "code" not in full:
        return full, None
    selected = source.get("userSelected")
    if selected is not None:
        full["userSelected"] = boolean(selected, context)[0]
    return full, full


def _has_control(coded: JsonObject) -> bool:
    return any(_CONTROL.search(coded.get(key, "")) for key in ("system", "code"))


def _codings(listed: object, context: Context) -> tuple[list[JsonObject], list[JsonObject]]:
    if listed is None:
        return [], []
    if type(listed) is not list:
        raise WrongShape("coding", "a list")
    try:
        rendered = [coding(item, context) for item in listed if item is not None]
    except WrongShape as error:
        raise error.within("coding") from None
    return [full for full, _ in rendered if full is not None], [coded for _, coded in rendered if coded is not None]


def _concept(value: object, context: Context, *, text_is_coded: bool) -> Rendered:
    source = object_of(value)
    if "extension" in source:
        context.notice(source["extension"])
    full_codings, coded_codings = _codings(source.get("coding"), context)
    whole: JsonObject = {"coding": full_codings} if full_codings else {}
    text = text_of(source, "text")
    if text is not None:
        whole["text"] = text
    if not whole:
        return NOTHING
    keep_text = text is None or text_is_coded or any(item.get("display") == text for item in coded_codings)
    if keep_text and len(coded_codings) == len(full_codings):
        return whole, whole
    part: JsonObject = {"coding": coded_codings} if coded_codings else {}
    if keep_text and text is not None:
        part["text"] = text
    return whole, part or None


def concept(value: object, context: Context) -> Rendered:
    """A CodeableConcept whose text is free text unless it equals the display of one of its codings."""
    return _concept(value, context, text_is_coded=False)


def text_concept(value: object, context: Context) -> Rendered:
    """A CodeableConcept whose text counts as coded (data/elements, TextConcept)."""
    return _concept(value, context, text_is_coded=True)


def reference_type(reference: str | None, declared: str | None) -> str | None:
    """The resource type a reference points to, by its text ("Practitioner/1") or its declared type; None if unknown."""
    if reference:
        parts = reference.split("/_history/")[0].split("/")
        if len(parts) > 1 and parts[-2][:1].isupper():
            return parts[-2]
    return declared


def reference(value: object, context: Context) -> Rendered:
    """A person, organisation, place or device by name; a name without a target is free text."""
    source = object_of(value)
    if "extension" in source:
        context.notice(source["extension"])
    target = text_of(source, "reference")
    known = context.names.named(target) if target else None
    if known is not None:
        context.label = strictest(context.label, known.label)
    if known is not None and known.display and known.type in NAMED_TYPES:
        named = {"type": known.type, "display": known.display}
        return named, named
    kind = known.type if known else reference_type(target, text_of(source, "type"))
    if kind == "Patient":
        shown = {"type": "Patient"}
        return shown, shown
    display = (known.display if known else None) or text_of(source, "display")
    if display is None:
        return NOTHING
    if kind is None:
        return {"display": display}, None
    if kind not in NAMED_TYPES:
        return NOTHING
    named = {"type": kind, "display": display}
    return named, named if target or source.get("identifier") else None


def attachment(value: object, context: Context) -> Rendered:
    """A file that came with the message, never the address of one; its title is free text.

    The file itself is taken out: what names it stands in its place, behind its type.
    """
    source = object_of(value)
    if "extension" in source:
        context.notice(source["extension"])
    coded: JsonObject = {}
    url = text_of(source, "url")
    file = context.names.file(url) if url else None
    if file is not None:
        context.label = strictest(context.label, file.label)
    content_type = text_of(source, "contentType") or (file.content_type if file else None)
    if content_type and _MIME.fullmatch(content_type):
        coded["contentType"] = content_type
    for key in ("language", "creation"):
        shown = PRIMITIVES["code" if key == "language" else "dateTime"](source.get(key) or "", context)[0]
        if shown is not None:
            coded[key] = shown
    data = text_of(source, "data") or (file.data if file else None)
    if data is not None:
        kind = coded.pop("contentType", "application/octet-stream")  # R4 requires one (att-1)
        taken = taken_out(data, kind)
        context.files.setdefault(taken.mark, taken)
        coded = {"contentType": kind, "url": taken.mark, **coded}
        if taken.content is not None:
            coded["size"] = len(taken.content)
    elif source.get("size") is not None:
        coded["size"] = number(source["size"], context)[0]
    title = text_of(source, "title")
    if title is None:
        return (coded, coded) if coded else NOTHING
    return {**coded, "title": title}, coded or None


_date_time = _matching(_DATE_TIME)

PRIMITIVES: dict[str, Step] = {
    "string": string,
    "uri": _matching(re.compile(r"\S+")),
    "code": _matching(_CODE),
    "comparator": comparator,
    "date": _matching(_DATE),
    "dateTime": _date_time,
    "instant": _date_time,
    "time": _matching(_TIME),
    "boolean": boolean,
    "decimal": number,
    "integer": number,
    "unsignedInt": number,
}

BUILT_IN: dict[str, Step] = {
    **PRIMITIVES,
    "Coding": coding,
    "CodeableConcept": concept,
    "TextConcept": text_concept,
    "Reference": reference,
    "Attachment": attachment,
    "Unsupported": unsupported,
}
