"""From acts to stance: what people have decided about one entry, in the order they did (QUESTIONS 5, 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from openrecord.access.types import ProxyRule, ViewerId
from openrecord.screening import events
from openrecord.screening.types import NO_STANCE, HideReason, Hold, Stance


def fold(acts: Iterable[tuple[datetime, events.AnyAct]]) -> Stance:
    """The stance after all acts and when they were done, oldest first; those undone count as if they had never been."""
    every = tuple(acts)
    stance = NO_STANCE
    for number in standing([act for _, act in every]):
        at, act = every[number - 1]
        stance = after(stance, act, at)
    return stance


def standing(acts: Sequence[events.AnyAct]) -> tuple[int, ...]:
    """The numbers, from 1, of the acts that were not taken back; to take back is none itself."""
    undone = {act.number for act in acts if isinstance(act, events.Undone)}
    return tuple(n for n, act in enumerate(acts, 1) if n not in undone and not isinstance(act, events.Undone))


def after(stance: Stance, act: events.AnyAct, at: datetime) -> Stance:
    """The stance after one more act. A release ends a hold but lifts no hide; lifting a hide ends no hold."""
    match act:
        case events.Hidden(reason=reason):
            return replace(stance, hides=stance.hides | {HideReason(reason)})
        case events.Unhidden():
            return replace(stance, hides=frozenset())
        case events.Held(until=until):
            return replace(stance, hold=Hold(until, at))
        case events.Contacted():
            if stance.hold is None:
                return stance
            return replace(stance, hold=replace(stance.hold, contacted=True))
        case events.Released():
            return replace(stance, hold=None, released=True)
        case events.ProxyRuleSet(everyone=everyone, excluded=excluded):
            rule = ProxyRule(everyone, frozenset(ViewerId(viewer) for viewer in excluded))
            return replace(stance, proxy_rule=rule)
        case events.Undone():
            return stance
