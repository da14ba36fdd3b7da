"""Links from an entry to others that the served body names. The body names only what this reader may see."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from openrecord.web.records.elements import Json, objects, text_of
from openrecord.web.records.values import Line, Shown
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "Encounter": ("consultations", gettext_noop("Consultation")),
    "DiagnosticReport": ("test-results", gettext_noop("Test report")),
    "Observation": ("test-results", gettext_noop("Result or measurement")),
    "Specimen": ("test-results", gettext_noop("Sample")),
    "MedicationRequest": ("medicines", gettext_noop("Prescription")),
    "MedicationStatement": ("medicines", gettext_noop("Medicine")),
    "Condition": ("health-conditions", gettext_noop("Health condition")),
    "AllergyIntolerance": ("allergies", gettext_noop("Allergy")),
    "Immunization": ("vaccinations", gettext_noop("Vaccination")),
    "ServiceRequest": ("referrals", gettext_noop("Referral or request")),
    "DocumentReference": ("documents", gettext_noop("Document")),
    "Procedure": ("consultations", gettext_noop("Procedure")),
    "QuestionnaireResponse": ("consultations", gettext_noop("Questionnaire")),
}
_ELEMENTS = (
    "encounter", "context", "basedOn", "priorPrescription", "reasonReference", "partOf", "hasMember", "derivedFrom",
    "result", "specimen", "diagnosis", "evidence", "relatesTo", "part", "outcomeReference",
)  # fmt: skip


def _targets(body: Json) -> Iterable[Json]:
    for element in _ELEMENTS:
        for item in objects(body.get(element)):
            if "reference" in item:
                yield item
            for nested in ("condition", "target", "detail", "encounter", "related"):
                yield from (found for found in objects(item.get(nested)) if "reference" in found)


def href_of(reference: str, base: str) -> str:
    """The page, below `base`, of a local reference "Type/id"; empty for a type that has none."""
    kind, _slash, key = reference.partition("/")
    if kind not in _TYPES or not key or "/" in key:
        return ""
    return f"{base}/{_TYPES[kind][0]}/{key}"


def with_names(links: Sequence[Line], named: Sequence[Shown], line: Callable[[Shown], Line]) -> tuple[Line, ...]:
    """The links, each with what `named` says that the entry is and of when it is: "Prescription, Prescription" tells
    nobody which is which. `line`: how a list shows an entry.
    """
    known = {each.reference.partition("/")[2]: each for each in named}
    return tuple(
        _with_name(found, line(found).title) if (found := known.get(link.href.rpartition("/")[2])) else link
        for link in links
    )


def _with_name(named: Shown, name: str) -> Line:
    """The sort of entry, as `value` what it is; an Observation may be anything, and its own words say what."""
    kind = named.reference.partition("/")[0]
    words = _(_TYPES[kind][1])
    if kind == "Observation" or name.startswith(words):
        return Line(named.href, name, named.date)
    return Line(named.href, words, named.date, name)


def related(shown: Shown, members: Sequence[Shown]) -> tuple[Line, ...]:
    """A line for each entry that `shown` refers to and that is not among `members`, which are listed anyway."""
    listed = {member.reference for member in members}
    lines: dict[str, Line] = {}
    for target in _targets(shown.body):
        reference = text_of(target.get("reference"))
        href = href_of(reference, shown.base)
        if href and reference not in listed and href not in lines:
            words = _(_TYPES[reference.partition("/")[0]][1])
            lines[href] = Line(href, text_of(target.get("display")) or words, "")
    return tuple(lines.values())
