"""A request for a higher level, or for access again: what the practice can open, and what that takes (R13, R22)."""

from dataclasses import replace
from datetime import datetime

from openrecord.access import events as access
from openrecord.access.rules.choices import taken_back
from openrecord.access.rules.sight import SightContext
from openrecord.access.types import AccessFacts, LevelGrant, Viewer, ViewerId, Wish
from openrecord.clinical.kinds import Level
from openrecord.registry.types import OdsCode


def openable(facts: AccessFacts, asker: ViewerId, org: OdsCode, at: datetime) -> frozenset[Level]:
    """The levels above what the asker sees now that `org` can open to them: none above its limit for everybody, a
    recorded competence or what stands because of a code 104.
    """
    viewer = facts.viewers.get(asker)
    if viewer is None:
        return frozenset()
    now, most = _level(facts, viewer, org, at), _level(_with_all(facts, org, at), viewer, org, at)
    return frozenset(level for level in Level if now < level <= most)


def acts(facts: AccessFacts, org: OdsCode, level: Level) -> tuple[access.AnyAct, ...]:
    """What opens the level: the practice gives it, and the patient sees no less than they asked for."""
    chosen = [one for one in (facts.lowered, facts.online.lowered) if one is not None]
    given = access.LevelGiven(org=org, level=int(level))
    return (access.Raised(), given) if any(one < level for one in chosen) else (given,)


def again(facts: AccessFacts, at: datetime) -> tuple[access.AnyAct, ...]:
    """What gives online access again to somebody who wanted none: it is wanted, and no pause stands in its way."""
    wanted = access.DeclineReversed(recorded=at)
    return (wanted, access.Resumed()) if facts.paused or facts.online.paused else (wanted,)


def opens_again(facts: AccessFacts, asker: ViewerId, org: OdsCode, at: datetime) -> bool:
    """Whether anything of what `org` holds would be open to the asker by it."""
    viewer = facts.viewers.get(asker)
    wanted = taken_back(taken_back(facts, Wish.RESUME, at), Wish.RETURN, at)
    return viewer is not None and _level(wanted, viewer, org, at) is not Level.NONE


def _level(facts: AccessFacts, viewer: Viewer, org: OdsCode, at: datetime) -> Level:
    return SightContext(facts, viewer, at).level(org)


def _with_all(facts: AccessFacts, org: OdsCode, at: datetime) -> AccessFacts:
    """The facts if the practice gave everything it may, and the patient wanted it."""
    online = replace(facts.online, lowered=None)
    given = {**facts.levels_given, org: LevelGrant(Level.FULL, at)}
    return replace(facts, lowered=None, online=online, levels_given=given)
