"""A file into messages: finds out what it is, reads it, and says where it cannot be read.

The one entrance for FHIR files. It trusts nothing: damaged, absurd or foreign bytes give Unreadable or a Problem with
the place, never another exception and never a word of the content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import orjson

from openrecord.clinical.incoming import IncomingMessage, JsonObject, Problem
from openrecord.clinical.r4.bundle import NotFhir, read_bundle, read_lines
from openrecord.clinical.stu3.bundle import read_bundle as read_stu3_bundle

_BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_STU3_PROFILES = ("/STU3/", "CareConnect-GPC")
_STU3_TYPES = frozenset({"ProcedureRequest", "ReferralRequest"})
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


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
    """What a file holds. `problems`: lines of which not even the patient can be told."""

    format: Format
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
            document = _parse(text)
        except orjson.JSONDecodeError as error:
            if format is None and _looks_like_lines(text):
                return _read_ndjson(text)
            raise Unreadable("malformed_json", _place(error)) from None
        return _read_document(document, format)
    except RecursionError:
        raise Unreadable("too_deep", "the document is nested too deeply") from None


def _parse(text: bytes) -> Any:
    """The JSON value in `text`; raises JSONDecodeError. FHIR allows no NUL character, and databases choke on it."""
    if b"\\u0000" in text and _ESCAPED_NUL.search(text):
        raise orjson.JSONDecodeError("a NUL character is not allowed", "", 0)
    return orjson.loads(text)


def _read_document(document: object, wanted: Format | None) -> Reading:
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise Unreadable("not_fhir", "the JSON document is no FHIR resource: an object with resourceType is needed")
    found = wanted or (Format.GPCONNECT_STU3 if is_stu3(document) else Format.FHIR_R4)
    if found is Format.GPCONNECT_STU3:
        return Reading(found, read_stu3_bundle(document))
    try:
        return Reading(found, read_bundle(document))
    except NotFhir as error:
        raise Unreadable("not_fhir", str(error)) from None


def is_stu3(document: JsonObject) -> bool:
    """Whether a document is FHIR STU3: by a profile it names, or by what only STU3 has."""
    return any(_marks_stu3(resource) for resource in _with_entries(document))


def _with_entries(document: JsonObject) -> Iterator[JsonObject]:
    yield document
    entries = document.get("entry") if document.get("resourceType") == "Bundle" else None
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _marks_stu3(resource: JsonObject) -> bool:
    kind = resource.get("resourceType")
    if kind == "MedicationStatement" and "taken" in resource:
        return True
    if isinstance(kind, str) and kind in _STU3_TYPES:
        return True
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    if not isinstance(profiles, list):
        return False
    return any(isinstance(name, str) and _is_stu3_profile(name) for name in profiles)


@lru_cache(maxsize=256)
def _is_stu3_profile(name: str) -> bool:
    return any(mark in name for mark in _STU3_PROFILES)


def _lines(text: bytes) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(text.split(b"\n"), start=1):
        if stripped := line.strip():
            yield f"line {number}", stripped


def _looks_like_lines(text: bytes) -> bool:
    """Whether any line by itself is a resource, as in no pretty-printed document."""
    return any(b'"resourceType"' in line and _is_resource(line) for _, line in _lines(text)) and b"\n" in text.strip()


def _is_resource(line: bytes) -> bool:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and "resourceType" in value


def _read_ndjson(text: bytes) -> Reading:
    problems: list[Problem] = []
    resources: list[tuple[str, JsonObject]] = []
    older: list[IncomingMessage] = []
    for position, line in _lines(text):
        try:
            value = _parse(line)
        except orjson.JSONDecodeError as error:
            problems.append(Problem("malformed_json", position, f"column {error.colno}: {error.msg}"))
            continue
        if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
            problems.append(Problem("not_fhir", position, "an object with resourceType is needed"))
        elif not is_stu3(value):
            resources.append((position, value))
        elif value["resourceType"] == "Bundle":
            older.extend(read_stu3_bundle(value))
        else:
            problems.append(Problem("stu3_line", position, "an STU3 resource by itself; send the whole STU3 Bundle"))
    return Reading(Format.NDJSON, (*older, *(read_lines(resources) if resources else ())), tuple(problems))


def _place(error: orjson.JSONDecodeError) -> str:
    return f"line {error.lineno} column {error.colno}: {error.msg}"
