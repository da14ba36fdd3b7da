"""The ceiling: what the practice has opened, before any person's own grant (architecture, Placement)."""

from datetime import datetime

from openrecord.access.rules.windows import organisation_reasons
from openrecord.access.types import AccessFacts, Standing
from openrecord.clinical.kinds import KIND_RULES, SLOT_KINDS, Level, Slot


def level_of(facts: AccessFacts, standing: Standing) -> Level:
    """The level the practice has given: the current one, or for history the best covering chunk's."""
    if standing.chunks is not None:
        return max((c.level for c in facts.chunks if c.chunk_id in standing.chunks), default=Level.NONE)
    policy = facts.policies.get(standing.org)
    return Level.NONE if policy is None else policy.level


def is_below(facts: AccessFacts, standing: Standing, at: datetime) -> bool:
    """Whether an entry that stands so is within the ceiling: organisation and section open, level high enough."""
    policy = facts.policies.get(standing.org)
    if policy is None or standing.slot is Slot.NEVER or organisation_reasons(facts, standing.org, at):
        return False
    rule = KIND_RULES[SLOT_KINDS[standing.slot]]
    return rule.section not in policy.sections_off and level_of(facts, standing) >= rule.level


def mask(facts: AccessFacts, standing: Standing, at: datetime) -> int:
    """The slots within the ceiling as a bit mask (`standing.slot` is ignored)."""
    found = 0
    for slot in SLOT_KINDS:
        probe = Standing(standing.org, slot, standing.chunks, standing.time_reasons)
        if is_below(facts, probe, at):
            found |= 1 << slot
    return found
