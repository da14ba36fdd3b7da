"""How the resources of one message belong together: what contains what, which are results, laboratory keys. Pure.

Containers: the encounter (not for shared items: problems, plans, statements, allergies), the report that names a
result or specimen, the panel that names a member, the encounter that an encounter is part of.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openrecord.clinical.codes import COMMENT_NOTE, LABORATORY_CATEGORIES, codes_of, main_code
from openrecord.clinical.incoming import JsonObject, LabKey
from openrecord.clinical.kinds import EntryKind
from openrecord.clinical.r4.classify import is_encounter_diagnosis, kind_of
from openrecord.clinical.r4.references import target_of, targets_in

_SHARED = frozenset({"AllergyIntolerance", "MedicationStatement"})
"""Types that live beyond the encounter they were noted at: linked to it, not contained."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the message says about its resources besides each resource itself. Keys are local references.

    `parents`: references of the reports and panels that name a resource.
    `report`: the first report that names a resource. `targets`: every resource by its references.
    """

    parents: Mapping[str, list[str]] = field(default_factory=dict)
    report: Mapping[str, JsonObject] = field(default_factory=dict)
    laboratory_members: frozenset[str] = frozenset()
    targets: Mapping[str, JsonObject] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Iterable[tuple[JsonObject, tuple[str, ...]]]) -> "Structure":
        """The structure of a message's resources, each with the references that mean it."""
        parents: defaultdict[str, list[str]] = defaultdict(list)
        report: dict[str, JsonObject] = {}
        members: set[str] = set()
        targets: dict[str, JsonObject] = {}
        for resource, names in resources:
            kind = resource.get("resourceType")
            if kind in ("ServiceRequest", "Specimen"):
                targets.update(dict.fromkeys(names, resource))
            if kind not in ("DiagnosticReport", "Observation") or not names:
                continue
            if kind == "DiagnosticReport":
                named = [*targets_in(resource.get("result")), *targets_in(resource.get("specimen"))]
                for target in named:
                    report.setdefault(target, resource)
            else:
                named = targets_in(resource.get("hasMember"))
                if named and _is_laboratory(resource):
                    members.update(named)
            for target in named:
                if target not in names:
                    parents[target].append(names[0])
        return cls(parents, report, frozenset(members), targets)

    def containers(self, resource: JsonObject, names: tuple[str, ...]) -> tuple[str, ...]:
        """Local references of everything that `resource` is part of."""
        encounter = _encounter_around(resource)
        found = [] if encounter is None else [encounter]
        for name in names:
            if name in self.parents:
                found.extend(self.parents[name])
        return tuple(found) if len(found) < 2 else tuple(dict.fromkeys(found))

    def kind(self, resource: JsonObject, names: tuple[str, ...]) -> EntryKind | None:
        """RESULT for an Observation without category that a report or a laboratory's panel names: it needs filing."""
        if resource.get("resourceType") != "Observation":
            return None
        if self.report.keys().isdisjoint(names) and self.laboratory_members.isdisjoint(names):
            return None
        if codes_of(resource.get("category")) or COMMENT_NOTE in codes_of(resource.get("code")):
            return None
        return EntryKind.RESULT

    def lab_key(self, resource: JsonObject, names: tuple[str, ...]) -> LabKey | None:
        """What a laboratory result has in common with its copy elsewhere; None unless all four parts are known."""
        if resource.get("resourceType") != "Observation":
            return None
        if self.report.keys().isdisjoint(names):
            return None
        report = next(self.report[name] for name in names if name in self.report)
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
        target = self.targets.get(target_of(first) or "")
        if target is not None:
            for element in ("accessionIdentifier", "identifier", "requisition"):
                if number := _identifier(target.get(element)):
                    return number
        return _identifier(first.get("identifier"))


def _is_laboratory(resource: JsonObject) -> bool:
    return not LABORATORY_CATEGORIES.isdisjoint(codes_of(resource.get("category")))


def _encounter_around(resource: JsonObject) -> str | None:
    kind = resource.get("resourceType")
    if kind in _SHARED:
        return None
    if kind == "Condition" and not is_encounter_diagnosis(resource):
        return None
    if kind == "MedicationRequest" and kind_of(resource) is EntryKind.PLAN:
        return None
    if kind == "Encounter":
        return target_of(resource.get("partOf"))
    if kind == "DocumentReference":
        context = resource.get("context")
        return next(iter(targets_in(context.get("encounter"))), None) if isinstance(context, dict) else None
    return target_of(resource.get("encounter"))


def _identifier(value: object) -> str | None:
    for item in value if isinstance(value, list) else (value,):
        number = item.get("value") if isinstance(item, dict) else None
        if isinstance(number, str) and number:
            return number
    return None
