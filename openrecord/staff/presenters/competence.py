"""A young person's own access before 16, in words for staff: what stands, what may be given, what was found so far."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from openrecord.access.events import AnyAct, CompetenceRecorded
from openrecord.access.types import Competence
from openrecord.clinical.kinds import Level
from openrecord.web.forms import Field, Option, Shape
from openrecord.web.parts import LEVELS
from openrecord.web.text import gettext as _


def _words(level: Level) -> str:
    return _("No access of their own") if level is Level.NONE else _(LEVELS[level])


def standing(competence: Competence | None) -> str:
    """What they may see of their own, as a sentence."""
    if competence is None or competence.level is Level.NONE:
        return _("They have no access of their own.")
    return _("They may see at most: %(level)s.") % {"level": _words(competence.level)}


def field_of(levels: Sequence[Level], now: Competence | None) -> Field:
    """How much they may see. To end it stands last."""
    ordered = sorted(levels, key=lambda level: level is Level.NONE)
    options = [Option(str(int(level)), _words(level)) for level in ordered]
    typed = () if now is None else (str(int(now.level)),)
    label = _("How much may they see of their own record?")
    return Field("level", label, Shape.ONE_OF, _("They never see more than your practice shows."), options, typed)


def found_so_far(acts: Iterable[tuple[datetime, AnyAct]]) -> tuple[tuple[datetime, str], ...]:
    """Every finding: when, and how much it opened; newest first."""
    found = [(at, _words(Level(act.level))) for at, act in acts if isinstance(act, CompetenceRecorded)]
    return tuple(reversed(found))
