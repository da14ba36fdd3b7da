"""How the resources of one message belong together: what contains what, which are results, laboratory keys. Pure.

Containers: the encounter (not for shared items: problems, plans, statements, allergies), the report that names a
result or specimen, the panel that names a member, the encounter that an encounter is part of.
"""

from collections import defaultdict
from collections.abc import Iterable

from openrecord.clinical.codes import COMMENT_NOTE, LABORATORY_CATEGORIES, codes_of, main_code
from openrecord.clinical.incoming import JsonObject, LabKey
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.classify import kind_of
from openrecord.clinical.r4.references import UNKNOWN_TARGET, references_in, searches_for, target_of

_SHARED = frozenset({"AllergyIntolerance", "MedicationStatement"})
"""Types that live beyond the encounter they were noted at: linked to it, not contained."""

_ONCE_CONTEXT = frozenset(
    {"Observation", "Condition", "Procedure", "MedicationRequest", "DiagnosticReport", "QuestionnaireResponse"}
)
"""Types whose `encounter` FHIR STU3 calls `context`. Where a sender mixes the two up, it still contains."""


class Structure:
    """What the message says about its resources besides each resource itself. Keys are local references.

    `vague`: reports and panels that have a part without saying which.
    """

    def __init__(self, resources: Iterable[tuple[JsonObject, tuple[str, ...]]]) -> None:
        """Read what `resources`, each with the references that mean it, say of each other."""
        self._resources = list(resources)
        self._searches: dict[str, list[str]] | None = None
        self._parents: defaultdict[str, list[str]] = defaultdict(list)
        self._report: dict[str, JsonObject] = {}
        self._laboratory_members: set[str] = set()
        self._targets: dict[str, JsonObject] = {}
        self.vague: set[str] = set()
        for resource, names in self._resources:
            kind = resource["resourceType"]
            if kind == "DiagnosticReport":
                for element, target_kind in (("result", "Observation"), ("specimen", "Specimen")):
                    self._read_parts(resource, names, element, target_kind)
            elif kind == "Observation":
                if "hasMember" in resource:
                    self._read_parts(resource, names, "hasMember", kind)
            elif kind in ("ServiceRequest", "Specimen"):
                self._targets.update(dict.fromkeys(names, resource))

    def _read_parts(self, resource: JsonObject, names: tuple[str, ...], element: str, kind: str) -> None:
        """What a report or a panel names is part of it."""
        is_report = resource["resourceType"] == "DiagnosticReport"
        is_laboratory = not is_report and _is_laboratory(resource)
        name = names[0] if names else UNKNOWN_TARGET
        for reference in references_in(resource.get(element), kind):
            if reference == UNKNOWN_TARGET:
                self.vague.add(name)
                continue
            for target in self._meant(reference):
                if is_report:
                    self._report.setdefault(target, resource)
                elif is_laboratory:
                    self._laboratory_members.add(target)
                if target not in names:
                    self._parents[target].append(name)

    def _meant(self, reference: str) -> list[str]:
        """The local references that a reference means: itself, or those of what a search finds in the message."""
        if "?" not in reference:
            return [reference]
        if self._searches is None:
            self._searches = {}
            for resource, names in self._resources:
                for search in searches_for(resource) if names else ():
                    self._searches.setdefault(search, []).append(names[0])
        return self._searches.get(reference, [reference])

    def containers(self, resource: JsonObject, names: tuple[str, ...]) -> tuple[str, ...]:
        """Local references of everything that `resource` is part of."""
        around = _encounter_around(resource)
        found = [] if around is None else self._encounters(around)
        for name in names:
            if name in self._parents:
                found.extend(self._parents[name])
        return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))

    def _encounters(self, around: object) -> list[str]:
        target = target_of(around)
        if target is not None and "?" not in target:
            return [target]
        references = references_in(around, "Encounter") or [UNKNOWN_TARGET]
        return [each for reference in references for each in self._meant(reference)]

    def kind(self, resource: JsonObject, names: tuple[str, ...]) -> EntryKind | None:
        """RESULT for an Observation without category that a report or a laboratory's panel names: it needs filing."""
        if resource["resourceType"] != "Observation":
            return None
        if self._report.keys().isdisjoint(names) and self._laboratory_members.isdisjoint(names):
            return None
        if codes_of(resource.get("category")) or COMMENT_NOTE in codes_of(resource.get("code")):
            return None
        return EntryKind.RESULT

    def lab_key(self, resource: JsonObject, names: tuple[str, ...]) -> LabKey | None:
        """What a laboratory result has in common with its copy elsewhere; None unless all four parts are known."""
        if resource["resourceType"] != "Observation":
            return None
        if self._report.keys().isdisjoint(names):
            return None
        report = next(self._report[name] for name in names if name in self._report)
        number = _identifier(report.get("identifier"))
        if number is None:
            return None
        test = main_code(resource.get("code"))
        order = self._number(resource.get("basedOn")) or self._number(report.get("basedOn"))
        specimen = self._number(resource.get("specimen")) or self._number(report.get("specimen"))
        return LabKey(number, order, test, specimen) if order and test and specimen else None

    def _number(self, references: object) -> str | None:
        """The business number of the first target of a Reference: the laboratory's own (accession) before others."""
        first = references[0] if isinstance(references, list) and references else references
        if not isinstance(first, dict):
            return None
        target = self._targets.get(target_of(first) or "")
        if target is not None:
            for element in ("accessionIdentifier", "identifier", "requisition"):
                if number := _identifier(target.get(element)):
                    return number
        return _identifier(first.get("identifier"))


def _is_laboratory(resource: JsonObject) -> bool:
    return not LABORATORY_CATEGORIES.isdisjoint(codes_of(resource.get("category")))


def _encounter_around(resource: JsonObject) -> object:
    """The Reference to the encounter that `resource` is part of, or None."""
    kind = resource["resourceType"]
    if kind in _SHARED:
        return None
    if kind == "Condition" and not _belongs_to_encounter(resource):
        return None
    if kind == "MedicationRequest" and kind_of(resource) is EntryKind.PLAN:
        return None
    if kind == "Encounter":
        return resource.get("partOf")
    if kind == "DocumentReference":
        context = resource.get("context")
        return context.get("encounter") if isinstance(context, dict) else context
    encounter = resource.get("encounter")
    return resource.get("context") if encounter is None and kind in _ONCE_CONTEXT else encounter


def _belongs_to_encounter(condition: JsonObject) -> bool:
    """Whether a Condition is of one encounter: it has a category, which is not that of the problem list."""
    category = condition.get("category")
    return category is not None and "problem-list-item" not in codes_of(category)


def _identifier(value: object) -> str | None:
    for item in value if isinstance(value, list) else (value,):
        number = item.get("value") if isinstance(item, dict) else None
        if isinstance(number, str) and number:
            return number
    return None
