"""Links around entries that move: only what lies in the timeline is ever named."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from openrecord.clinical.incoming import LinkKind
from openrecord.clinical.kinds import KIND_RULES, EntryKind
from openrecord.clinical.r4 import links
from openrecord.db import sql
from openrecord.registry.types import PatientId
from openrecord.screening.types import EntryId

_LINKS = "SELECT id, source, kind, target FROM screening_link WHERE patient_id=%s AND target IS NOT NULL"
_PLACED = "SELECT id, public_id, kind FROM screening_entry WHERE patient_id=%s AND placed AND id IN ({keys})"


def _entry(raw: bytes) -> EntryId:
    return EntryId(bytes(raw))


class LinkBook:
    """The links of one patient around what moves.

    `lying`: for each entry looked at, its reference ("Type/outside id") where it lies in the timeline, else None.
    `moved`: what enters, leaves or is written anew; None = everything (a new patient).
    """

    def __init__(
        self, patient_id: PatientId, lying: Mapping[EntryId, str | None], moved: Collection[EntryId] | None
    ) -> None:
        keys = None if moved is None else list(moved)
        self._out: dict[EntryId, list[tuple[str, EntryId]]] = {}
        for _, source, kind, target in sorted(self._find_links(patient_id, keys), key=lambda row: bytes(row[0])):
            self._out.setdefault(_entry(source), []).append((kind, _entry(target)))
        self._named = {entry: reference for entry, reference in lying.items() if reference is not None}
        self._name_others(patient_id, lying)

    def _find_links(self, patient_id: PatientId, keys: list[EntryId] | None) -> Iterable[sql.Row]:
        """All links of every source that is concerned: an entry's references are always written as a whole."""
        if keys is None:
            return sql.rows(_LINKS, [patient_id])
        found = [
            row
            for side in ("source", "target")
            for row in sql.rows_in(f"{_LINKS} AND {side} IN ({{keys}})", [patient_id], keys)
        ]
        others = {bytes(row[1]) for row in found} - set(keys)
        found += sql.rows_in(f"{_LINKS} AND source IN ({{keys}})", [patient_id], others)
        return {bytes(row[0]): row for row in found}.values()

    def _name_others(self, patient_id: PatientId, lying: Mapping[EntryId, str | None]) -> None:
        around = {target for out in self._out.values() for _, target in out} | set(self._out)
        for raw, public_id, kind in sql.rows_in(_PLACED, [patient_id], list(around - set(lying))):
            fhir_type = KIND_RULES[EntryKind(kind)].fhir_type
            self._named[_entry(raw)] = f"{fhir_type}/{UUID(bytes=bytes(public_id))}"

    def refs(self, entry_id: EntryId) -> bytes:
        """The references the entry may name, as a JSON fragment."""
        out = [(LinkKind(kind), self._named[t]) for kind, t in self._out.get(entry_id, ()) if t in self._named]
        if not out or entry_id not in self._named:
            return b""
        return links.fragment(self._named[entry_id].partition("/")[0], dict.fromkeys(out))

    def relinked(self, moved: Collection[EntryId], written: Collection[EntryId]) -> Iterable[tuple[EntryId, bytes]]:
        """Entries that stay as they are but name something that moved."""
        for source, out in self._out.items():
            if source in self._named and source not in written and any(target in moved for _, target in out):
                yield source, self.refs(source)
