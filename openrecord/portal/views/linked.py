"""Whom the patient lets in: people who act for them, and apps. Each can be shown out here, at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions, events
from openrecord.access import queries as access
from openrecord.access.queries import Linked
from openrecord.access.rules.scopes import readable_slots
from openrecord.access.types import Basis, EndReason, Method, Service, ViewerKind
from openrecord.identity import queries as identity
from openrecord.identity import rules as identity_rules
from openrecord.identity.types import PersonId
from openrecord.kit import clock
from openrecord.portal.acting import acting, session_of
from openrecord.portal.own_access import OwnAccess, own_access, record_act
from openrecord.portal.pages import page
from openrecord.portal.presenters.ahead import to_patient
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.records.levels import level_words
from openrecord.web.records.sections import SECTIONS
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import gettext as _
from openrecord.web.text import gettext_noop


@dataclass(frozen=True, slots=True)
class Guest:
    """A person or an app let in, in words. `name` is empty where it is not known; `until` None = no end; `does`: what
    they may do besides reading.
    """

    viewer: str
    name: str
    since: datetime | None
    until: date | None
    sees: tuple[str, ...]
    basis: str
    does: tuple[str, ...] = ()
    ahead: str = ""


def basis_in_words(basis: Basis) -> str:
    """On what ground somebody acts, as a patient reads it."""
    words = {
        Basis.PARENTAL: _("As a parent or guardian"),
        Basis.CONSENT: _("Because you agreed"),
        Basis.LPA: _("By a lasting power of attorney"),
        Basis.DEPUTY: _("As a deputy appointed by the court"),
        Basis.BEST_INTERESTS: _("Because your surgery decided that it is best for you"),
    }
    return words[basis]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What differs between people and apps."""

    kind: ViewerKind
    here: str
    title: str
    question: str
    ended: Callable[[UUID], events.AnyAct]


_PEOPLE = _Kind(
    ViewerKind.PROXY,
    "people",
    gettext_noop("People who act for you"),
    gettext_noop("End this person's access?"),
    lambda viewer: events.ProxyRevoked(viewer=viewer, method=Method.ONLINE, reason=EndReason.PATIENT),
)
_APPS = _Kind(
    ViewerKind.APP,
    "apps",
    gettext_noop("Apps you connected"),
    gettext_noop("Disconnect this app?"),
    lambda viewer: events.AppRevoked(viewer=viewer, method=Method.ONLINE),
)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who can act for the patient. To end it takes effect at that person's next request (R27)."""
    return _let_in(request, _PEOPLE)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def apps(request: HttpRequest) -> HttpResponse:
    """Every app that reads for the patient. To disconnect one ends the tokens it holds."""
    return _let_in(request, _APPS)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest) -> HttpResponse:
    """Whoever acts for somebody no longer wants to. It is confirmed first and ends at once."""
    by = acting(request)
    if by is None and request.method == "POST":
        return see_other("/people?stopped")  # it has ended before: the button was pressed twice
    if by is None or by.viewing.kind is not ViewerKind.PROXY:
        return errors.page(request, 404)
    if request.method == "POST":
        act = events.ProxyRevoked(viewer=by.viewing.viewer_id, method=Method.ONLINE, reason=EndReason.PROXY)
        actor = identity_rules.actor(session_of(request), authority=by.authority, device=device_of(request))
        actions.record(patient_id=by.viewing.patient_id, act=act, by=actor, at=clock.now())
        return see_other("/people?stopped")
    title = _("Stop acting for %(name)s?") % {"name": by.name}
    return page(request, "portal/access_stop.html", by, {"title": title})


def _let_in(request: HttpRequest, kind: _Kind) -> HttpResponse:
    """The list; one of it to be confirmed; or its end."""
    own = own_access(request, clock.now())
    if own is None:
        return errors.page(request, 404)
    found = {str(one.viewer.viewer_id): one for one in _linked(own, kind.kind)}
    wanted = found.get(request.POST.get("viewer", ""))
    here = f"/access/{kind.here}"
    if wanted is not None and request.POST.get("confirmed") == "yes":
        record_act(request, own, kind.ended(wanted.viewer.viewer_id))
        return see_other(f"{here}?saved")
    context = {
        "title": _(kind.title) if wanted is None else _(kind.question),
        "guests": [replace(_guest(one), ahead=to_patient(own.facts, one.viewer, own.at)) for one in found.values()],
        "wanted": None if wanted is None else _guest(wanted),
        "here": here,
        "saved": "saved" in request.GET,
    }
    return page(request, f"portal/access_{kind.here}.html", own.by, context)


def _linked(own: OwnAccess, kind: ViewerKind) -> list[Linked]:
    """People who act for the patient, or the patient's own apps (a proxy's end with the proxy)."""
    found = access.linked(own.by.viewing.patient_id, at=own.at)
    whose = None if kind is ViewerKind.PROXY else own.viewer.viewer_id
    return [one for one in found if one.viewer.kind is kind and one.viewer.acts_for == whose]


def _guest(one: Linked) -> Guest:
    viewer = one.viewer
    is_app = viewer.kind is ViewerKind.APP
    return Guest(
        str(viewer.viewer_id),
        name_of(one),
        viewer.granted,
        viewer.expires,
        _app_sees(viewer.scopes) if is_app else (level_words(viewer.level).title,),
        "" if viewer.basis is None else basis_in_words(viewer.basis),
        () if is_app else _does(viewer.services),
    )


def _does(given: frozenset[Service] | None) -> tuple[str, ...]:
    words = {
        Service.REPORTS: _("Ask about entries, and report mistakes"),
        Service.CARDS: _("Make Covid-19 vaccination cards"),
    }
    return tuple(text for service, text in words.items() if given is None or service in given)


def name_of(one: Linked) -> str:
    """Of a person the name, even before they come; of an app none."""
    if one.viewer.kind is ViewerKind.APP or one.behind is None:
        return one.invited
    return identity.name_of(PersonId(one.behind), written=one.invited)


def _app_sees(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The sections of the record of which the app may read something."""
    slots = readable_slots(scopes)
    return tuple(_(section.title) for section in SECTIONS if section.slots & slots)
