"""A case played in memory: acts become facts, the pure rules answer. No database, no Django."""

from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from openrecord.access import events as access_events
from openrecord.access.rules.ceiling import Ceiling
from openrecord.access.rules.fold import fold as fold_access
from openrecord.access.types import AccessFacts, Closure, Reason, Viewer, ViewerId, ViewerKind
from openrecord.clinical.incoming import Label, LabKey, OwnContent, VersionStatus
from openrecord.clinical.kinds import EntryKind, slot_of
from openrecord.ingest.rules.copies import Copies, Keyed, resolve
from openrecord.registry.types import OdsCode, Policy, Registration
from openrecord.screening import events as screening_events
from openrecord.screening.rules.decide import decide
from openrecord.screening.rules.due import access_due, age_reviews_due, ended_holds
from openrecord.screening.rules.placement import lies_in_timeline, place
from openrecord.screening.rules.stance import fold as fold_stance
from openrecord.screening.rules.versions import index_in_force
from openrecord.screening.types import EntryFacts, EntryId, Verdict
from tests.decision import cases
from tests.decision.cases import ident, instant

QUIET = {"unhide", "grant_history", "withdraw_history", "set_window", "set_policy", "register", "undo_death", "open"}


@dataclass
class Version:
    """One version of an entry as its source sent it."""

    order: int
    filed: bool | None
    status: VersionStatus
    label: Label
    has_text: bool


@dataclass
class Entry:
    """One arrived entry with all that happened to it."""

    name: str
    step: dict[str, Any]
    org: str
    known: datetime
    versions: list[Version]
    acts: list[tuple[int, screening_events.AnyAct]] = field(default_factory=list)
    """With their order among all acts of the case: a copy's and its twin's are acts on one entry."""

    marks: frozenset[Reason] = frozenset()
    wrong_person: bool = False
    safe_mapper: bool = True
    copy_filed: bool | None = None


@dataclass
class Person:
    """One patient of the case."""

    born: date | None
    registrations: list[Registration]
    flagged: bool
    died: bool = False
    acts: list[tuple[datetime, access_events.AnyAct]] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    notified: dict[str, list[str]] = field(default_factory=dict)
    ever_placed: set[str] = field(default_factory=set)


def label_of(word: str | None) -> Label:
    """A case's label."""
    return Label.NONE if word is None else Label.NOT_FOR_PATIENT if word == "NOPAT" else Label.UNKNOWN


class PureWorld:
    """Plays the acts of one case and answers its questions."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.policies: dict[OdsCode, Policy | None] = {
            OdsCode(org): cases.policy(changes) for org, changes in case.get("practices", {"A": {}}).items()
        }
        self.people = {
            name: Person(cases.born(body), list(cases.registrations(body)), body.get("address_flagged", False))
            for name, body in {"P": case.get("patient", {}), **case.get("others", {})}.items()
        }
        self.viewers = {"pat": {"kind": "self", "account": "2023-01-01"}, **case.get("viewers", {})}
        self.owner = {name: viewer.get("of", "P") for name, viewer in self.viewers.items()}
        self.closures: list[Closure] = []
        self.played = 0
        self.source_keys: dict[str, tuple[str, str]] = {}
        self.wrong: dict[str, set[str]] = {name: set() for name in self.people}
        for name, viewer in self.viewers.items():
            if viewer["kind"] == "app":
                self.owner[name] = self.owner[viewer["for"]]
            self._first_grant(name, viewer)

    # Acts on access

    def _first_grant(self, name: str, viewer: dict[str, Any]) -> None:
        start = viewer.get("account") if viewer["kind"] == "self" else viewer.get("from", "2023-11-01")
        if start is not None:
            self._grant(name, instant(start))

    def _grant(self, name: str, at: datetime) -> None:
        viewer = self.viewers[name]
        act: access_events.AnyAct
        if viewer["kind"] == "self":
            act = access_events.AccountOpened(viewer=ident(name))
        elif viewer["kind"] == "proxy":
            act = access_events.ProxyGranted(
                viewer=ident(name),
                basis=viewer["basis"],
                listed_org=viewer.get("listed_org", "A"),
                level=int(cases.level(viewer.get("level", "full"))),
                sections=cases.sections(viewer.get("sections")),
                expires=cases.day(viewer.get("expires")),
            )
        else:
            act = access_events.AppAuthorised(
                viewer=ident(name), acts_for=ident(viewer["for"]), scopes=tuple(viewer["scopes"])
            )
        self.people[self.owner[name]].acts.append((at, act))

    def facts(self, patient: str, at: datetime) -> AccessFacts:
        """What Sight needs to know of the patient at this instant."""
        person = self.people[patient]
        bare = AccessFacts(
            person.born,
            tuple(person.registrations),
            self.policies,
            {},
            died=person.died,
            address_flagged=person.flagged,
            closures=tuple(self.closures),
            patient_key=patient,
        )
        acts = sorted((act for act in person.acts if act[0] <= at), key=lambda act: act[0])
        return fold_access(bare, acts)

    # Entries

    def entry_facts(self, patient: str) -> dict[EntryId, EntryFacts]:
        """Every logical entry of the patient as placement sees it."""
        person = self.people[patient]
        copies = self._copies(person)
        twins = {copy: first for first, copy in copies.same}
        unresolved = {name for pair in copies.unresolved for name in pair}
        replaced = {e.step["replaces"] for e in person.entries.values() if e.step.get("replaces")}
        return {
            EntryId(ident(entry.name).bytes): self._facts_of(person, entry, twins, unresolved, replaced)
            for entry in person.entries.values()
            if entry.name not in twins
        }

    def _copies(self, person: Person) -> Copies[str]:
        return resolve(
            Keyed(e.name, e.step.get("source", e.org), LabKey(**e.step["lab_key"]))
            for e in person.entries.values()
            if e.step.get("lab_key")
        )

    def copies_of(self, entry: Entry) -> list[Entry]:
        """The entry and its laboratory or GP copy."""
        for person in self.people.values():
            if entry.name in person.entries:
                pairs = self._copies(person).same
                names = {entry.name, *(n for pair in pairs if entry.name in pair for n in pair)}
                return [person.entries[name] for name in names]
        return [entry]

    def _facts_of(
        self, person: Person, entry: Entry, twins: dict[str, str], unresolved: set[str], replaced: set[str]
    ) -> EntryFacts:
        copy = next((person.entries[c] for c, first in twins.items() if first == entry.name), None)
        gp = next((e for e in (copy, entry) if e is not None and e.step.get("source", e.org) == e.org), entry)
        version = gp.versions[index_in_force(gp.versions)]
        newest = [e.versions[-1] for e in (entry, copy) if e is not None]
        labels = [v.label for v in newest]
        label = next((x for x in (Label.NOT_FOR_PATIENT, Label.UNKNOWN) if x in labels), Label.NONE)
        kind = cases.kind(entry.step["kind"])
        container = entry.step.get("in")
        category = entry.step.get("category", "vital-signs" if kind is EntryKind.OBSERVATION else None)
        at = entry.known
        acts = entry.acts + (copy.acts if copy is not None else [])
        return EntryFacts(
            EntryId(ident(entry.name).bytes),
            OdsCode(entry.org),
            kind,
            slot_of(kind, category),
            known=at,
            recorded=cases.recorded(entry.step, at),
            clinical=cases.clinical(entry.step, at),
            filed=version.filed,
            status=version.status,
            label=label,
            has_text=version.has_text,
            own=OwnContent(entry.step.get("own", "coded")),
            containers=(EntryId(ident(container).bytes),) if container in person.entries else (),
            missing_container=container is not None and container not in person.entries,
            unit=entry.step.get("unit"),
            history_marks=entry.marks,
            safe_mapper=entry.safe_mapper,
            superseded=entry.name in replaced,
            wrong_person=entry.wrong_person,
            copy_unresolved=entry.name in unresolved,
            stance=fold_stance(sorted(acts, key=itemgetter(0))),
            public_id=ident(entry.name),
        )

    # Answers

    def viewer(self, facts: AccessFacts, name: str) -> Viewer:
        """The viewer as granted so far; one not granted yet sees nothing."""
        return facts.viewers.get(ViewerId(ident(name)), Viewer(ViewerId(ident(name)), ViewerKind.SELF, None))

    def verdicts(self, viewer: str, at: datetime, channel: str) -> dict[str, Verdict]:
        """The verdict for every entry, by its name in the case."""
        patient = self.owner[viewer]
        facts = self.facts(patient, at)
        answers = decide(facts, self.entry_facts(patient), self.viewer(facts, viewer), at=at, channel=channel)
        return {
            name: answers[EntryId(ident(name).bytes)]
            for name in self.people[patient].entries
            if EntryId(ident(name).bytes) in answers
        }

    def due(self, patient: str, at: datetime) -> set[str]:
        """Everything open in front of staff."""
        facts, entries = self.facts(patient, at), self.entry_facts(patient)
        viewers = {ident(name): name for name in self.viewers}
        names = {EntryId(ident(name).bytes): name for name in self.people[patient].entries}
        found = set(access_due(facts, at))
        found |= {f"{what}:{names[entry]}" for what, entry in ended_holds(entries, at)}
        found |= {f"age_review:{viewers[viewer]}" for viewer in age_reviews_due(facts, at)}
        found |= {f"copy:{a}+{b}" for a, b in self._copies(self.people[patient]).unresolved}
        found |= {f"wrong_person:{name}" for name in self.wrong[patient]}
        return found

    def same(self, patient: str) -> set[tuple[str, str]]:
        """Pairs (first arrival, copy) that are one logical entry."""
        return set(self._copies(self.people[patient]).same)

    def notice(self, at: datetime, *, quiet: bool) -> None:
        """Note first placements; unless the act is a quiet one, every person who sees them then is told."""
        for patient, person in self.people.items():
            facts, entries = self.facts(patient, at), self.entry_facts(patient)
            names = {EntryId(ident(name).bytes): name for name in person.entries}
            new = [
                names[p.entry_id]
                for p in place(facts, entries, at).values()
                if lies_in_timeline(Ceiling(facts, at), p) and names[p.entry_id] not in person.ever_placed
            ]
            person.ever_placed |= set(new)
            for viewer, owner in self.owner.items():
                if quiet or owner != patient or self.viewers[viewer]["kind"] == "app":
                    continue
                seen = self.verdicts(viewer, at, "web") if new else {}
                current = {n for n in new if not self._is_history(facts, entries, n, at)}
                person.notified.setdefault(viewer, []).extend(n for n in new if n in current and seen[n].visible)

    @staticmethod
    def _is_history(facts: AccessFacts, entries: dict[EntryId, EntryFacts], name: str, at: datetime) -> bool:
        return place(facts, entries, at)[EntryId(ident(name).bytes)].standing.chunks is not None

    def shown_version(self, patient: str, name: str) -> int:
        """The order of the version in force."""
        versions = self.people[patient].entries[name].versions
        return versions[index_in_force(versions)].order
