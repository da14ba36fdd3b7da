"""The ceiling: what the practice has opened, before any person's own grant (architecture, Placement)."""

from datetime import datetime

from openrecord.access.rules.windows import organisation_reasons
from openrecord.access.types import AccessFacts, ChunkId, Standing
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS, Level
from openrecord.registry.types import OdsCode

NO_CHUNKS: frozenset[ChunkId] = frozenset()


def level_of(facts: AccessFacts, standing: Standing) -> Level:
    """The level the practice has given: the current one, or for history the best covering chunk's."""
    if standing.chunks is not None:
        return max((c.level for c in facts.chunks if c.chunk_id in standing.chunks), default=Level.NONE)
    policy = facts.policies.get(standing.org)
    return Level.NONE if policy is None else policy.level


def mask(facts: AccessFacts, standing: Standing, at: datetime) -> int:
    """The slots within the ceiling as a bit mask (`standing.slot` is ignored).

    Empty where the organisation is closed to the patient; otherwise sections that are on, up to the level given.
    """
    policy = facts.policies.get(standing.org)
    if policy is None or organisation_reasons(facts, standing.org, at):
        return 0
    level = level_of(facts, standing)
    return sum(
        1 << slot
        for slot, kind in SLOT_KINDS.items()
        if KIND_RULES[kind].section not in policy.sections_off and KIND_RULES[kind].level <= level
    )


class Ceiling:
    """The ceiling of one patient at one instant, for any number of entries."""

    def __init__(self, facts: AccessFacts, at: datetime) -> None:
        self._facts = facts
        self._at = at
        self._masks: dict[tuple[OdsCode, frozenset[ChunkId] | None], tuple[int, bool]] = {}

    def _of(self, standing: Standing) -> tuple[int, bool]:
        key = (standing.org, standing.chunks)
        if key not in self._masks:
            is_full = level_of(self._facts, standing) is Level.FULL
            self._masks[key] = (mask(self._facts, standing, self._at), is_full)
        return self._masks[key]

    def admits(self, standing: Standing) -> bool:
        """Whether an entry that stands so is within the ceiling; history only where a granted chunk covers it."""
        return standing.chunks != NO_CHUNKS and bool(self._of(standing)[0] >> standing.slot & 1)

    def admits_text(self, standing: Standing) -> bool:
        """Whether free text is within the ceiling."""
        return self._of(standing)[1]
