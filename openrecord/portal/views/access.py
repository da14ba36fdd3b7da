"""Your access: what is open and why, and the person's own choices about it (R5-R8). Each is confirmed first.

A choice is made with POST on one address, so that the browser's history does not tell which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.access.rules.choices import Opening, act_of
from openrecord.access.types import Method, Wish
from openrecord.clinical.kinds import Level
from openrecord.kit import clock
from openrecord.kit.ids import random_id
from openrecord.portal.acting import acting
from openrecord.portal.own_access import OwnAccess, own_access, record_act
from openrecord.portal.pages import page
from openrecord.registry import queries as registry
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.records.absent import absent_words
from openrecord.web.records.levels import LevelWords, level_words
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop

HOME = "/access"


@dataclass(frozen=True, slots=True)
class Practice:
    """What is open at one surgery, in words. `why`: a sentence where it gives nothing, else empty."""

    name: str
    level: LevelWords
    since: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice that waits for confirmation: untranslated words. `points`: what will happen."""

    title: str
    points: tuple[str, ...]
    button: str


_AT_ONCE = gettext_noop("It acts at once, on every device and in every app that you use.")
_BY_LAW = gettext_noop("Somebody who acts for you by law, such as an attorney or a parent, still sees what they may.")
_ASKED: Mapping[Wish, Asked] = {
    Wish.PAUSE: Asked(
        gettext_noop("Pause your access?"),
        (
            gettext_noop("Your record shows nothing until you start again: not to you, and not to people you chose."),
            _AT_ONCE,
            _BY_LAW,
            gettext_noop("You can start again here whenever you like. Nothing is deleted."),
        ),
        gettext_noop("Pause my access"),
    ),
    Wish.RESUME: Asked(
        gettext_noop("Start again?"),
        (_AT_ONCE,),
        gettext_noop("Start my access again"),
    ),
    Wish.LOWER: Asked(
        gettext_noop("See less of your record?"),
        (_AT_ONCE, gettext_noop("You can take this back here whenever you like. Nothing is deleted.")),
        gettext_noop("See less"),
    ),
    Wish.RAISE: Asked(
        gettext_noop("See as much as your surgery shares?"),
        (gettext_noop("You will no longer see less than your surgery shares with you."), _AT_ONCE),
        gettext_noop("See as much as my surgery shares"),
    ),
    Wish.DECLINE: Asked(
        gettext_noop("Stop online access?"),
        (
            gettext_noop("Your record shows nothing online: not to you, and not to people you chose."),
            _AT_ONCE,
            _BY_LAW,
            gettext_noop("It is noted that you do not want online access, and staff at your surgery can see that."),
            gettext_noop("You can change your mind here. Nothing is deleted, and your care stays the same."),
        ),
        gettext_noop("Stop my online access"),
    ),
    Wish.RETURN: Asked(
        gettext_noop("Have online access again?"),
        (_AT_ONCE,),
        gettext_noop("Have online access again"),
    ),
}


@audience(Audience.PATIENT)
@require_safe
def access(request: HttpRequest) -> HttpResponse:
    """What is open now, and what may be chosen."""
    own = own_access(request, clock.now())
    title = _("Your access")
    if own is None:
        return page(request, "portal/access_other.html", acting(request), {"title": title})
    context = {
        "title": title,
        "practices": [_practice(opening) for opening in own.openings],
        "offered": {wish.name: wish.value for wish in own.offered},
        "saved": "saved" in request.GET,
    }
    return page(request, "portal/access.html", own.by, context)


def _practice(opening: Opening) -> Practice:
    known = registry.practice(opening.org)
    why = "" if opening.why is None else absent_words(opening.why.value)
    since = None if opening.level is Level.NONE else opening.since
    return Practice(known.name if known else opening.org, level_words(opening.level), since, why)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def level(request: HttpRequest) -> HttpResponse:
    """Choose how much to see, confirm it, see less."""
    own = own_access(request, clock.now())
    if own is None:
        return errors.page(request, 404)
    if Wish.LOWER not in own.offered:
        return see_other(HOME)
    typed = request.POST.get("level", "")
    chosen = next((one for one in own.levels if str(int(one)) == typed), None)
    if request.method == "POST" and chosen is not None:
        return _confirmed_or_asked(request, own, Wish.LOWER, chosen)
    missing = FieldError("level-1", _("Choose how much you want to see"))
    now = own.facts.online.lowered
    context = {
        "title": _("How much do you want to see?"),
        "levels": [level_words(one) for one in own.levels],
        "chosen": None if now is None else int(now),
        "errors": (missing,) if request.method == "POST" else (),
    }
    return page(request, "portal/access_level.html", own.by, context)


@audience(Audience.PATIENT)
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Confirm one of the other choices, then put it into force. What is so already leads back to the page."""
    own = own_access(request, clock.now())
    if own is None:
        return errors.page(request, 404)
    wish = next((one for one in own.offered - {Wish.LOWER} if one.value == request.POST.get("wish", "")), None)
    return see_other(HOME) if wish is None else _confirmed_or_asked(request, own, wish, Level.NONE)


def _then(own: OwnAccess, wish: Wish) -> tuple[str, ...]:
    """What whoever opens their access again will see, untranslated: other choices of theirs stay."""
    if wish not in {Wish.RESUME, Wish.RETURN}:
        return ()
    if wish is Wish.RETURN and own.facts.online.paused:
        return (gettext_noop("You paused your access before. It stays paused until you start it again."),)
    if own.facts.online.lowered is not None:
        return (gettext_noop("You will see as much as you chose before, which may be less than your surgery shares."),)
    return (gettext_noop("You will see what your surgery shares with you, as before."),)


def _confirmed_or_asked(request: HttpRequest, own: OwnAccess, wish: Wish, to: Level) -> HttpResponse:
    if request.POST.get("confirmed") == "yes":
        record_act(request, own, act_of(wish, method=Method.ONLINE, at=own.at, code=random_id(), level=to))
        return see_other(f"{HOME}?saved")
    asked = _ASKED[wish]
    context = {
        "title": _(asked.title),
        "points": [_(point) for point in (*_then(own, wish), *asked.points)],
        "button_text": _(asked.button),
        "button_kind": "warning" if wish is Wish.DECLINE else "",
        "action": f"{HOME}/level" if wish is Wish.LOWER else f"{HOME}/change",
        "hidden": (("level", int(to)),) if wish is Wish.LOWER else (("wish", wish.value),),
        "level": level_words(to) if wish is Wish.LOWER else None,
    }
    return page(request, "portal/access_confirm.html", own.by, context)
