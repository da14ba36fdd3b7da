"""The access of the person who is signed in to their own record: what is open, and what they may change about it.

These pages speak of one's own record alone. Whoever acts for somebody else changes nothing here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from openrecord.access import actions, events
from openrecord.access import queries as access
from openrecord.access.rules import choices
from openrecord.access.rules.choices import Opening
from openrecord.access.types import AccessFacts, Viewer, ViewerKind, Wish
from openrecord.clinical.kinds import Level
from openrecord.identity import rules as identity
from openrecord.portal.acting import CHANNEL, Acting, acting, session_of
from openrecord.web.session import device_of


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """One person's access to their own record at one instant."""

    by: Acting
    at: datetime
    facts: AccessFacts
    viewer: Viewer
    openings: tuple[Opening, ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels to which they may lower their access: all below what is given."""
        given = max((opening.given for opening in self.openings), default=Level.NONE)
        return tuple(level for level in choices.CHOSEN if level < given)

    @property
    def offered(self) -> frozenset[Wish]:
        """What they may choose now. It depends on what was chosen here and on the level given, on nothing else."""
        if choices.has_declined_online(self.facts):
            return frozenset({Wish.RETURN})
        if self.facts.online.paused:
            return frozenset({Wish.RESUME, Wish.DECLINE})
        offered = {Wish.PAUSE, Wish.DECLINE}
        if self.levels:
            offered.add(Wish.LOWER)
        if self.facts.online.lowered is not None:
            offered.add(Wish.RAISE)
        return frozenset(offered)


def own_access(request: HttpRequest, at: datetime) -> OwnAccess | None:
    """The access of whoever is signed in, while their own record is open; None otherwise."""
    by = acting(request)
    if by is None or by.viewing.kind is not ViewerKind.SELF:
        return None
    facts = access.facts(by.viewing.patient_id, at=at)
    viewer = facts.viewers.get(by.viewing.viewer_id)
    if viewer is None:
        return None
    return OwnAccess(by, at, facts, viewer, choices.openings(facts, viewer, at, CHANNEL))


def record_act(request: HttpRequest, own: OwnAccess, act: events.AnyAct) -> None:
    """Put an act of the person on their own access into force, at once and everywhere (R6)."""
    by = identity.actor(session_of(request), authority=own.by.authority, device=device_of(request))
    actions.record(patient_id=own.by.viewing.patient_id, act=act, by=by, at=own.at)
