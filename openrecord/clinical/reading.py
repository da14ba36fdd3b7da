"""A file into messages: finds out what it is, reads it, and says where it cannot be read.

The one entrance for FHIR files. It trusts nothing: damaged, absurd or foreign bytes give Unreadable or a Problem with
the place, never another exception and never a word of the content.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from openrecord.clinical.incoming import IncomingMessage, JsonObject, Problem
from openrecord.clinical.r4.bundle import read_bundle, read_lines
from openrecord.clinical.r4.gathering import NotFhir
from openrecord.clinical.recognising import holds_patient, is_stu3
from openrecord.clinical.salvage import Salvaged, Unfit, leniently, may_restrict, parsed, taken_apart
from openrecord.clinical.stu3.bundle import read_bundle as read_stu3_bundle

_BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Format(Enum):
    """What a file can be."""

    FHIR_R4 = "fhir-r4"
    GPCONNECT_STU3 = "gpconnect-stu3"
    NDJSON = "ndjson"


class Unreadable(ValueError):
    """Nothing of the file can be read. `reason` is a stable code, `detail` says where and what to do."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. `problems`: of the file as a whole (then `format` is None), or lines of which not even the
    patient can be told."""

    format: Format | None
    messages: tuple[IncomingMessage, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def resources(self) -> int:
        """How many resources (or lines that should have been one) the file brought."""
        return sum(message.resources for message in self.messages) + sum(problem.count for problem in self.problems)


def read(data: bytes, *, format: Format | None = None) -> Reading:
    """The messages in `data`; `format` overrules detection. Raises Unreadable."""
    text = data.removeprefix(_BOM)
    start = text.lstrip()[:1]
    if start == b"<":
        raise Unreadable("xml_refused", "XML is not accepted; send JSON")
    if not start:
        raise Unreadable("empty", "the file is empty; send a FHIR Bundle, a resource or NDJSON")
    if text.startswith(_UTF16_MARKS):
        raise Unreadable("not_utf8", "the file is UTF-16; send UTF-8")
    try:
        if format is Format.NDJSON:
            return _read_ndjson(text)
        try:
            found = Salvaged(parsed(text))
        except Unfit as error:
            if format is None and _looks_like_lines(text):
                return _read_ndjson(text)
            apart = taken_apart(text)
            if apart is None:
                raise Unreadable("malformed_json", str(error)) from None
            found = apart
        return _read_document(found, format)
    except RecursionError:
        raise Unreadable("too_deep", "the document is nested too deeply") from None


def _read_document(found: Salvaged, wanted: Format | None) -> Reading:
    document: object = found.document
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise Unreadable("not_fhir", "the JSON document is no FHIR resource: an object with resourceType is needed")
    format_ = wanted or (Format.GPCONNECT_STU3 if is_stu3(document) else Format.FHIR_R4)
    reader = read_stu3_bundle if format_ is Format.GPCONNECT_STU3 else read_bundle
    try:
        return Reading(format_, reader(document, damage=found.damage, restricted=found.restricts))
    except NotFhir as error:
        raise Unreadable("not_fhir", str(error)) from None


def _lines(text: bytes) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(text.split(b"\n"), start=1):
        if stripped := line.strip().removeprefix(_BOM):
            yield f"line {number}", stripped


def _looks_like_lines(text: bytes) -> bool:
    """Whether any line by itself is a resource, as in no pretty-printed document."""
    return any(b'"resourceType"' in line and _is_resource(line) for _, line in _lines(text)) and b"\n" in text.strip()


def _is_resource(line: bytes) -> bool:
    try:
        value = parsed(line)
    except Unfit:
        return False
    return isinstance(value, dict) and "resourceType" in value


def _read_ndjson(text: bytes) -> Reading:
    found = _Lines()
    for position, line in _lines(text):
        found.read(position, line)
    loose = read_lines(found.loose, restricted=found.restricted) if found.loose else ()
    return Reading(Format.NDJSON, (*found.messages, *loose), tuple(found.problems))


@dataclass(slots=True)
class _Lines:
    """What stands in lines of JSON. `loose`: resources that belong together, each with why it cannot be stored."""

    messages: list[IncomingMessage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    loose: list[tuple[str, JsonObject, str | None]] = field(default_factory=list)
    restricted: bool = False

    def read(self, position: str, line: bytes) -> None:
        """Read one line."""
        damage = None
        try:
            found = Salvaged(parsed(line))
        except Unfit as error:
            damage = f"column {error.column}: {error.message}"
            found = taken_apart(line) or Salvaged(leniently(line))
        document: object = found.document
        if damage is not None and document is None:
            self._lose(Problem("malformed_json", position, damage), line)
        elif not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
            self._lose(Problem("not_fhir", position, "an object with resourceType is needed"), line)
        elif document["resourceType"] == "Bundle" and (holds_patient(document) or found.damage or is_stu3(document)):
            self._read_bundle(position, found, line)
        elif is_stu3(document):
            detail = "an STU3 resource by itself; send the whole STU3 Bundle"
            self._lose(Problem("stu3_line", position, detail), line)
        else:
            self.loose.append((position, document, damage))

    def _read_bundle(self, position: str, found: Salvaged, line: bytes) -> None:
        """A Bundle that can be understood by itself: the ids in it may mean something else in other lines."""
        reader = read_stu3_bundle if is_stu3(found.document) else read_bundle
        try:
            self.messages += reader(found.document, at=f"{position}.", damage=found.damage, restricted=found.restricts)
        except NotFhir as error:
            self._lose(Problem("wrong_type", position, str(error)), line)

    def _lose(self, problem: Problem, line: bytes) -> None:
        self.problems.append(problem)
        self.restricted = self.restricted or may_restrict(line)
