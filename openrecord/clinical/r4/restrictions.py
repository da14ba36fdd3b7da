"""Labels that stand outside the entries they speak of: on a Bundle, a List, a Composition, a Medication. Pure.

Where nobody can say what such a label speaks of, it speaks of everything in the message.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from msgspec import structs

from openrecord.clinical.codes import ORDINARY_CONFIDENTIALITY, codings, medicine_unit
from openrecord.clinical.incoming import IncomingEntry, JsonObject, Label, VersionStatus
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.labels import label_listed, label_of, strictest
from openrecord.clinical.r4.references import UNKNOWN_TARGET, target_of

_SPEAK_OF_OTHERS = frozenset({"List", "Medication", "Composition"})
_MEDICINES = ("MedicationStatement|", "MedicationRequest|")


@dataclass(slots=True)
class Restrictions:
    """What is labelled: `everything` in the message, entries by local reference, entries by their medicine's unit."""

    everything: Label = Label.NONE
    names: dict[str, Label] = field(default_factory=dict)
    units: dict[str, Label] = field(default_factory=dict)

    @classmethod
    def of(cls, bundles: Iterable[JsonObject], resources: Iterable[tuple[JsonObject, Iterable[str]]]) -> "Restrictions":
        """Those that a message's Bundles and its other resources, each with its local references, hold."""
        found = cls(strictest(*(label_of(bundle, Label.NONE) for bundle in bundles)))
        lists: dict[str, JsonObject] = {}
        for resource, names in resources:
            kind = resource["resourceType"]
            if kind == "Patient" and label_of(resource, Label.NONE) is Label.NOT_FOR_PATIENT:
                found.everything = Label.NOT_FOR_PATIENT  # of other labels: an address is protected, say
            if kind == "List":
                lists.update(dict.fromkeys(names, resource))
                found._add_listed(resource)
            if kind in _SPEAK_OF_OTHERS:
                label = label_of(resource, Label.NONE)
                if kind == "Composition" and resource.get("confidentiality", "N") not in ORDINARY_CONFIDENTIALITY:
                    label = strictest(label, Label.UNKNOWN)
                if label is not Label.NONE:
                    found._add(kind, resource, label)
        found._reach_into(lists)
        return found

    def _reach_into(self, lists: Mapping[str, JsonObject]) -> None:
        """What is said of a List that another one names holds for what it names itself, however deep."""
        waiting = [name for name in self.names if name in lists]
        while waiting:
            name = waiting.pop()
            before = dict(self.names)
            self._add("List", lists[name], self.names[name])
            waiting += [one for one in lists.keys() & self.names.keys() if self.names[one] is not before.get(one)]

    def _add(self, kind: str, resource: JsonObject, label: Label) -> None:
        if kind == "List" and (members := _members(resource)) is not None:
            for member in members:
                self.names[member] = strictest(label, self.names.get(member, label))
        elif kind == "Medication" and (unit := _unit(resource.get("code"))) is not None:
            self.units[unit] = strictest(label, self.units.get(unit, label))
        else:
            self.everything = strictest(self.everything, label)

    def _add_listed(self, resource: JsonObject) -> None:
        """The labels on single entries of a List."""
        entries = resource.get("entry")
        for entry in entries if type(entries) is list else ():
            label = label_listed(entry)
            if label is not Label.NONE:
                target = target_of(entry.get("item"))
                if target is None:
                    self.everything = strictest(self.everything, label)
                else:
                    self.names[target] = strictest(label, self.names.get(target, label))

    def distrust(self) -> None:
        """Something has restricted entries of this message, and nobody can say which."""
        self.everything = strictest(self.everything, Label.UNKNOWN)

    def note(self, entry: IncomingEntry) -> None:
        """Note what a labelled entry restricts: where nobody knows of which medicine or group, that is anything."""
        if UNKNOWN_TARGET in entry.containers or (entry.unit is None and entry.identity.startswith(_MEDICINES)):
            self.distrust()

    def check(self, vague: AbstractSet[str], entries: Iterable[IncomingEntry]) -> None:
        """Distrust the message where a container that hides its parts names one of them without saying which.

        `vague`: local references of the containers that do.
        """
        if not vague:
            return
        held = {alias: entry for entry in entries for alias in entry.aliases}
        waiting, seen = list(vague), set[str]()
        while waiting:
            name = waiting.pop()
            entry = held.get(name)
            if entry is None or not _is_open(entry):
                self.distrust()
                return
            waiting.extend(container for container in entry.containers if container not in seen)
            seen.update(entry.containers)

    def on(self, entries: list[IncomingEntry]) -> list[IncomingEntry]:
        """The entries, each with the strictest label of those that speak of it."""
        if self.everything is Label.NONE and not self.names and not self.units:
            return entries
        return [structs.replace(entry, label=self._label(entry)) for entry in entries]

    def _label(self, entry: IncomingEntry) -> Label:
        named = (self.names[alias] for alias in entry.aliases if alias in self.names)
        return strictest(entry.label, self.everything, self.units.get(entry.unit or "", Label.NONE), *named)


def _is_open(entry: IncomingEntry) -> bool:
    """Whether nothing speaks against showing the entry, as far as its own message tells."""
    if entry.label is not Label.NONE or entry.kind is EntryKind.UNKNOWN:
        return False
    if KIND_RULES[entry.kind].needs_filing and entry.filed is not True:
        return False
    return entry.status not in (VersionStatus.DRAFT, VersionStatus.ENTERED_IN_ERROR)


def _unit(concept: object) -> str | None:
    """The unit of a medicine; None where a coding is malformed, because its others may have the unit by that."""
    listed = concept.get("coding", []) if isinstance(concept, dict) else None
    known = codings(concept)
    is_whole = isinstance(listed, list) and len(known) == len(listed) and all(system for system, _ in known)
    return medicine_unit(concept) if is_whole else None


def _members(resource: JsonObject) -> list[str] | None:
    """Local references of what a List names; None where it does not say of each which it is."""
    entries = resource.get("entry", [])
    if type(entries) is not list:
        return None
    targets = [target_of(entry.get("item")) if type(entry) is dict else None for entry in entries]
    members = [target for target in targets if target is not None]
    return members if len(members) == len(targets) else None
