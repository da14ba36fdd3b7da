"""The parts of a message: what is found for each of its patients, and what belongs to nobody. Pure.

What belongs to no patient (organisations, problems) goes with the only patient, or apart if there are several.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from msgspec import structs

from openrecord.clinical.incoming import IncomingEntry, IncomingMessage, IncomingPatient, JsonObject, Problem
from openrecord.clinical.r4.gathering import Gathered, removed_by
from openrecord.clinical.r4.patients import People, source_organisation
from openrecord.clinical.r4.restrictions import Restrictions


@dataclass(slots=True)
class Part:
    """What is found for one patient (or for nobody)."""

    entries: list[IncomingEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    removed: list[str] = field(default_factory=list)


class Parts:
    """The parts of one message, which its resources are sorted into."""

    def __init__(self, people: People, gathered: Gathered) -> None:
        self._people = people
        self._deleted = gathered.deleted
        common = Part(problems=gathered.problems, others=gathered.others)
        self.is_about_one = len(people.patients) == 1
        self.by_patient = [common] if self.is_about_one else [Part() for _ in people.patients]
        self._nobody = Part() if self.is_about_one else common
        self._common = common

    def of(self, patient: int | None) -> Part:
        """The part of a patient, by number; of None: where that goes of which no patient is known."""
        return self._common if patient is None else self.by_patient[patient]

    def entries(self) -> Iterator[IncomingEntry]:
        """Those of all patients."""
        return (entry for part in self.by_patient for entry in part.entries)

    def messages(
        self, format_: str, organisations: Mapping[str, JsonObject], restrictions: Restrictions
    ) -> tuple[IncomingMessage, ...]:
        """A message for each patient, and one for what belongs to nobody where there is any; at least one."""
        self._remove()
        messages = [
            _message(format_, part, restrictions, patient, source_organisation(resource, organisations))
            for part, patient, resource in zip(
                self.by_patient, self._people.patients, self._people.resources, strict=True
            )
        ]
        rest = _message(format_, self._nobody, restrictions, None, None)
        if rest.resources or rest.removed or not messages:
            messages.append(rest)
        return tuple(messages)

    def _remove(self) -> None:
        """Note what the message says was removed, under the identity it has here or can only have had."""
        if not self._deleted:
            return
        held: dict[str, tuple[str | None, Part]] = {}
        for part in self.by_patient:
            for entry in part.entries:
                held.update(dict.fromkeys(entry.aliases, (entry.identity, part)))
        for reference in self._deleted:
            identity, part = held.get(reference, (None, self._common))
            part.removed += removed_by(reference, identity)


def _message(
    format_: str, part: Part, restrictions: Restrictions, patient: IncomingPatient | None, organisation: str | None
) -> IncomingMessage:
    return IncomingMessage(
        format=format_,
        patient=patient,
        entries=tuple(restrictions.on(_keyed_once(part.entries))),
        problems=tuple(part.problems),
        not_entries=dict(part.others),
        source_org=organisation,
        removed=tuple(dict.fromkeys(part.removed)),
    )


def _keyed_once(entries: list[IncomingEntry]) -> list[IncomingEntry]:
    """The entries without the keys that several results share (a test done twice), which must not make them one."""
    keys = Counter(entry.lab_key for entry in entries if entry.lab_key is not None)
    if len(keys) == keys.total():
        return entries
    several = {key for key, number in keys.items() if number > 1}
    return [structs.replace(entry, lab_key=None) if entry.lab_key in several else entry for entry in entries]
