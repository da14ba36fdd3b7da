"""Sight: what one viewer may see of the entries that may be seen at all.

`reasons` is the whole rule for one entry's standing. `masks` asks it once per slot, so that queries can join the
answer; no rule is written a second time in SQL (architecture, Sight).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from openrecord.access.rules.codes import GrantState, review_state
from openrecord.access.rules.giving import given
from openrecord.access.rules.scopes import readable_slots
from openrecord.access.rules.viewers import ADULT, is_of_age, is_own_choice, opened, principal, viewer_reasons
from openrecord.access.rules.windows import organisation_reasons
from openrecord.access.types import (
    AccessFacts,
    Chunk,
    ProxyRule,
    Reason,
    Standing,
    Viewer,
    ViewerKind,
)
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS, Level, Section, Slot
from openrecord.registry.types import OdsCode


@dataclass(frozen=True, slots=True)
class SlotMasks:
    """For one standing group: bit s of `coded` = slot s may be seen, of `full` = its free text too."""

    coded: int
    full: int


def _section_and_level(slot: Slot) -> tuple[Section | None, Level]:
    if slot is Slot.NEVER:
        return None, Level.SUMMARY
    rule = KIND_RULES[SLOT_KINDS[slot]]
    return rule.section, rule.level


class SightContext:
    """One viewer of one patient at one instant; answers for any number of standings."""

    def __init__(self, facts: AccessFacts, viewer: Viewer, at: datetime, channel: str = "") -> None:
        self._facts = facts
        self._viewer = viewer
        self._person = principal(facts, viewer)
        self._at = at
        self._chunks = {chunk.chunk_id: chunk for chunk in facts.chunks}
        self._common = viewer_reasons(facts, viewer, at)
        self._slots = readable_slots(viewer.scopes) if viewer.kind is ViewerKind.APP else None
        self._channel = channel
        self._organisations: dict[OdsCode, tuple[frozenset[Reason], GrantState]] = {}

    @property
    def is_proxy(self) -> bool:
        """Whether rules that keep entries from proxies apply to this viewer."""
        return self._person.kind is ViewerKind.PROXY

    def reasons(self, standing: Standing, proxy_rule: ProxyRule | None = None) -> frozenset[Reason]:
        """Every code of time, organisation and viewer that keeps the entry from this viewer; empty = visible."""
        section, needed = _section_and_level(standing.slot)
        organisation, grant = self._organisation(standing.org)
        reasons = set(self._common | organisation)
        policy = self._facts.policies.get(standing.org)
        if policy is not None and section in policy.sections_off:
            reasons.add(Reason.SECTION_OFF)
        reasons |= self._history_reasons(standing)
        levels = self._levels(standing, grant)
        reasons |= {reason for reason, level in levels if level < needed}
        if self._person.kind is ViewerKind.PROXY:
            allowed = self._person.sections
            if allowed is not None and section not in allowed:
                reasons.add(Reason.PROXY_SCOPE)
            if proxy_rule is not None and proxy_rule.keeps_out(self._person.viewer_id):
                reasons.add(Reason.PROXY_EXCLUDED)
        if self._slots is not None and standing.slot not in self._slots:
            reasons.add(Reason.SCOPE)
        return frozenset(reasons)

    def is_text_open(self, standing: Standing) -> bool:
        """Whether free text is shown: only where every level in play is full."""
        _, grant = self._organisation(standing.org)
        return all(level is Level.FULL for _, level in self._levels(standing, grant))

    def closing(self, org: OdsCode) -> frozenset[Reason]:
        """The codes of the organisation, and of a stop, that close all it records."""
        return self._organisation(org)[0]

    def level(self, org: OdsCode) -> Level:
        """How much of what `org` records now is open, sections apart; NONE where something closes all of it."""
        organisation, grant = self._organisation(org)
        if self._common | organisation or self._facts.policies.get(org) is None:
            return Level.NONE
        return min(level for _, level in self._levels(Standing(org, Slot.NEVER), grant))

    def opens_anything(self) -> bool:
        """Whether anything of the record is open, whatever lies in it and whatever an app's scopes are."""
        return any(
            self.reasons(Standing(stay.ods, slot)) <= {Reason.SCOPE}
            for stay in self._facts.registrations
            for slot in SLOT_KINDS
        )

    def masks(self, org: OdsCode, standing: Standing) -> SlotMasks:
        """The answer for every slot of a group of entries that stand alike (`standing.slot` is ignored)."""
        coded = full = 0
        for slot in SLOT_KINDS:
            probe = Standing(org, slot, standing.chunks, standing.time_reasons)
            if not self.reasons(probe):
                coded |= 1 << slot
                if self.is_text_open(probe):
                    full |= 1 << slot
        return SlotMasks(coded, full)

    def _organisation(self, org: OdsCode) -> tuple[frozenset[Reason], GrantState]:
        known = self._organisations.get(org)
        if known is None:
            reasons = organisation_reasons(self._facts, org, self._at)
            if self._is_closed(org):
                reasons |= {Reason.CLOSED}
            opening = opened(self._facts, self._person, org, self._at)
            known = (reasons, review_state(self._facts, opening, self._at).grant)
            self._organisations[org] = known
        return known

    def _is_closed(self, org: OdsCode) -> bool:
        names = {
            "all": {""},
            "practice": {str(org)},
            "patient": {self._facts.patient_key},
            "client": {str(self._viewer.viewer_id)} if self._viewer.kind is ViewerKind.APP else set(),
            "channel": {self._channel},
        }
        return any(
            closure.scope not in names or closure.scope == "all" or closure.which in names[closure.scope]
            for closure in self._facts.closures
        )

    def _covering(self, standing: Standing) -> tuple[Chunk, ...]:
        return tuple(self._chunks[chunk] for chunk in standing.chunks or () if chunk in self._chunks)

    def _named(self, chunks: Iterable[Chunk]) -> tuple[Chunk, ...]:
        return tuple(chunk for chunk in chunks if self._person.viewer_id in chunk.named)

    def _history_reasons(self, standing: Standing) -> frozenset[Reason]:
        """For history: nothing where a chunk names the viewer; a proxy left out is out of scope, others see time."""
        if standing.chunks is None:
            return frozenset()
        covering = self._covering(standing)
        if self._named(covering):
            return frozenset()
        if covering and self._person.kind is ViewerKind.PROXY:
            return frozenset({Reason.PROXY_SCOPE})
        return standing.time_reasons or frozenset({Reason.UNKNOWN_INPUT})

    def _levels(self, standing: Standing, grant: GrantState) -> list[tuple[Reason, Level]]:
        """Every level in play, with the code given where it is too low."""
        facts, person = self._facts, self._person
        policy = facts.policies.get(standing.org)
        levels = self._practice_levels(standing)
        if grant in {GrantState.BLOCKED, GrantState.REMOVED}:
            levels.append((Reason.ENHANCED_REVIEW, policy.at_risk_level if policy is not None else Level.NONE))
        if is_own_choice(person):
            chosen = (facts.lowered, facts.online.lowered)
            levels += [(Reason.LOWERED, level) for level in chosen if level is not None]
        if person.kind is ViewerKind.PROXY:
            levels.append((Reason.PROXY_SCOPE, person.level))
        return levels

    def _practice_levels(self, standing: Standing) -> list[tuple[Reason, Level]]:
        """What the practice has given: current level, what it gave this patient, the best covering chunk's, competence.

        Not tested for an entry that carries a time code.
        """
        facts, person = self._facts, self._person
        levels: list[tuple[Reason, Level]] = []
        if standing.chunks is None:
            policy = facts.policies.get(standing.org)
            if policy is not None:
                levels.append((Reason.LEVEL, policy.level))
            own = given(facts, standing.org, self._at) if is_own_choice(person) else None
            if own is not None:
                levels.append((Reason.LEVEL, own))
        elif self._history_reasons(standing) - {Reason.PROXY_SCOPE}:
            return levels
        else:
            covering = self._covering(standing)
            granted = [chunk.level for chunk in self._named(covering) or covering]
            if granted:
                levels.append((Reason.LEVEL, max(granted)))
        if person.kind is ViewerKind.SELF and facts.competence is not None and not is_of_age(facts, ADULT, self._at):
            levels.append((Reason.LEVEL, facts.competence.level))
        return levels
