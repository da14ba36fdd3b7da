"""Labels that stand outside the entries they speak of: on a Bundle, a List, a Composition, a Medication. Pure.

Where nobody can say what such a label speaks of, it speaks of everything in the message.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import structs

from openrecord.clinical.codes import ORDINARY_CONFIDENTIALITY, medicine_unit
from openrecord.clinical.incoming import IncomingEntry, JsonObject, Label
from openrecord.clinical.labels import label_of, strictest
from openrecord.clinical.r4.references import target_of


@dataclass(slots=True)
class Restrictions:
    """What is labelled: `everything` in the message, entries by local reference, entries by their medicine's unit."""

    everything: Label = Label.NONE
    names: dict[str, Label] = field(default_factory=dict)
    units: dict[str, Label] = field(default_factory=dict)

    @classmethod
    def of(cls, bundles: Iterable[JsonObject], resources: Iterable[JsonObject]) -> "Restrictions":
        """Those that a message's Bundles and its other resources hold."""
        found = cls(strictest(*(label_of(bundle, Label.NONE) for bundle in bundles)))
        for resource in resources:
            kind = resource["resourceType"]
            if kind in ("List", "Medication", "Composition"):
                label = label_of(resource, Label.NONE)
                if kind == "Composition" and resource.get("confidentiality", "N") not in ORDINARY_CONFIDENTIALITY:
                    label = strictest(label, Label.UNKNOWN)
                if label is not Label.NONE:
                    found._add(kind, resource, label)
        return found

    def _add(self, kind: str, resource: JsonObject, label: Label) -> None:
        if kind == "List" and (members := _members(resource)) is not None:
            for member in members:
                self.names[member] = strictest(label, self.names.get(member, label))
        elif kind == "Medication" and (unit := medicine_unit(resource.get("code"))) is not None:
            self.units[unit] = strictest(label, self.units.get(unit, label))
        else:
            self.everything = strictest(self.everything, label)

    def distrust(self) -> None:
        """Something has restricted entries of this message, and nobody can say which."""
        self.everything = strictest(self.everything, Label.UNKNOWN)

    def on(self, entries: list[IncomingEntry]) -> list[IncomingEntry]:
        """The entries, each with the strictest label of those that speak of it."""
        if self.everything is Label.NONE and not self.names and not self.units:
            return entries
        return [structs.replace(entry, label=self._label(entry)) for entry in entries]

    def _label(self, entry: IncomingEntry) -> Label:
        named = (self.names[alias] for alias in entry.aliases if alias in self.names)
        return strictest(entry.label, self.everything, self.units.get(entry.unit or "", Label.NONE), *named)


def _members(resource: JsonObject) -> list[str] | None:
    """Local references of what a List names; None where it does not say of each which it is."""
    entries = resource.get("entry", [])
    if type(entries) is not list:
        return None
    targets = [target_of(entry.get("item")) if type(entry) is dict else None for entry in entries]
    members = [target for target in targets if target is not None]
    return members if len(members) == len(targets) else None
