"""What a patient wants of their own access, in words for staff: what stands, what may be recorded, what was said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openrecord.access import events
from openrecord.access.rules import choices
from openrecord.access.rules.codes import is_declined
from openrecord.access.types import AccessFacts, Method, ReviewCode, Wish
from openrecord.clinical.kinds import Level
from openrecord.web.records.levels import level_words
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

_WISHES: Mapping[Wish, str] = {
    Wish.DECLINE: gettext_noop("No online access (code 103)"),
    Wish.RETURN: gettext_noop("Online access again after all"),
    Wish.PAUSE: gettext_noop("Pause access"),
    Wish.RESUME: gettext_noop("End the pause"),
    Wish.LOWER: gettext_noop("See less"),
    Wish.RAISE: gettext_noop("See as much as the practice shares"),
}
_METHODS: Mapping[Method, str] = {
    Method.PHONE: gettext_noop("By phone"),
    Method.IN_PERSON: gettext_noop("In person"),
    Method.WRITING: gettext_noop("In writing"),
    Method.ONLINE: gettext_noop("Online, by themselves"),
}
TOLD = (Method.PHONE, Method.IN_PERSON, Method.WRITING)
"""How a patient may tell the practice."""


@dataclass(frozen=True, slots=True)
class Option:
    """One wish that may be recorded. `value` names it in the form."""

    value: str
    wish: Wish
    level: Level
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said before."""

    at: datetime
    words: str
    method: str


def method_in_words(method: Method) -> str:
    """How something was said."""
    return _(_METHODS[method])


def options(facts: AccessFacts) -> tuple[Option, ...]:
    """What the patient may tell the practice now: what the practice was told already is left out."""
    told = choices.apart_from_online(facts)
    declined, paused = is_declined(told), told.paused
    is_lowered = facts.lowered is not None or facts.online.lowered is not None
    open_to = {
        Wish.DECLINE: not declined,
        Wish.RETURN: is_declined(facts),
        Wish.PAUSE: not paused,
        Wish.RESUME: paused or facts.online.paused,
        Wish.RAISE: is_lowered,
    }
    found = [Option(wish.value, wish, Level.NONE, _(_WISHES[wish])) for wish, is_open in open_to.items() if is_open]
    lower = [level for level in choices.CHOSEN if level != told.lowered]
    return (*found, *(Option(f"lower-{int(level)}", Wish.LOWER, level, _lowered(level)) for level in lower))


def _lowered(level: Level) -> str:
    return _("See less: %(level)s") % {"level": level_words(level).title}


def standing(facts: AccessFacts) -> tuple[str, ...]:
    """What stands now, a sentence each; empty where the patient has chosen nothing."""
    told = choices.apart_from_online(facts)
    sentences = []
    if is_declined(told):
        sentences.append(_("They do not want online access (code 103), as the practice was told."))
    if choices.has_declined_online(facts):
        sentences.append(_("They stopped online access on their own pages (code 103)."))
    if told.paused:
        sentences.append(_("Their access is paused, as the practice was told."))
    if facts.online.paused:
        sentences.append(_("They paused their access on their own pages."))
    if told.lowered is not None:
        sentences.append(_("They want to see less, as the practice was told: %(level)s.") % _title(told.lowered))
    if facts.online.lowered is not None:
        sentences.append(_("They chose to see less on their own pages: %(level)s.") % _title(facts.online.lowered))
    return tuple(sentences)


def _title(level: Level) -> dict[str, str]:
    return {"level": level_words(level).title}


def said(acts: Iterable[tuple[datetime, events.AnyAct]]) -> tuple[Said, ...]:
    """Every wish so far, newest first."""
    lines = [Said(at, _wish_of(act), _method_of(act)) for at, act in acts if _wish_of(act)]
    return tuple(reversed(lines))


def _method_of(act: events.AnyAct) -> str:
    if isinstance(act, events.Told) and act.method is not None:
        return method_in_words(act.method)
    return _("From the clinical system") if isinstance(act, events.CodeArrived) else _("Not known")


def _wish_of(act: events.AnyAct) -> str:
    match act:
        case events.Paused():
            return _(_WISHES[Wish.PAUSE])
        case events.Resumed():
            return _(_WISHES[Wish.RESUME])
        case events.Lowered():
            return _lowered(Level(act.level))
        case events.Raised():
            return _(_WISHES[Wish.RAISE])
        case events.DeclineReversed():
            return _(_WISHES[Wish.RETURN])
        case events.CodeArrived(code=ReviewCode.DECLINED.value):
            return _(_WISHES[Wish.DECLINE])
        case _:
            return ""
