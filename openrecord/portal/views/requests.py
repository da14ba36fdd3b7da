"""Asking the surgery for something, and following it: every state in plain words, until the answer and after it."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.access import queries as access
from openrecord.access.rules.choices import has_declined_online
from openrecord.access.types import Service, ViewerKind
from openrecord.audit.types import Actor
from openrecord.caseload import actions, events, queries
from openrecord.caseload.rules.asking import may_ask, may_see
from openrecord.caseload.rules.steps import open_steps
from openrecord.caseload.types import Kind, Request, RequestId, Step, Wish
from openrecord.identity import rules as identity
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.portal.acting import Acting, acting, record_page_read, session_of
from openrecord.portal.pages import page
from openrecord.portal.presenters.asking import ABOUT_ENTRIES, ASKING, fields_of, mistakes, wish_of
from openrecord.portal.presenters.requests import line, shown
from openrecord.portal.views.record import as_shown, named_entry
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode
from openrecord.timeline.types import ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import LONGEST_LINE, filled, summary, with_errors
from openrecord.web.records.sections import detail_of
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import gettext as _

BASE = "/requests"


def _kinds(by: Acting) -> tuple[Kind, ...]:
    """What this viewer may ask for; a proxy only where it was given to them."""
    if not by.viewing.may(Service.REPORTS):
        return ()
    return tuple(kind for kind in ASKING if may_ask(kind, by.viewing.kind))


def _acting(request: HttpRequest) -> Acting:
    """Whose record it is about. Raises Http404 where there is none."""
    by = acting(request)
    if by is None:
        raise Http404
    return by


def _found(by: Acting, request_id: UUID) -> Request:
    """The request, if this viewer may see it. Raises Http404: foreign and unknown are the same."""
    found = queries.request(by.viewing.patient_id, RequestId(request_id))
    if found is None or not _may_see(found, by):
        raise Http404
    return found


def _may_see(one: Request, by: Acting) -> bool:
    return may_see(one, by.viewing.viewer_id, by.viewing.kind, suspended=by.viewing.suspended)


def asked_by(by: Acting) -> tuple[Request, ...]:
    """Every request that this viewer may see."""
    return tuple(one for one in queries.requests(by.viewing.patient_id) if _may_see(one, by))


def _actor(request: HttpRequest, by: Acting) -> Actor:
    return identity.actor(session_of(request), authority=by.authority, device=device_of(request))


def practice_of(by: Acting, at: datetime) -> OdsCode | None:
    """The practice where the patient is registered now, which answers; None where there is none."""
    now = registry.registered(by.viewing.patient_id, on=day_of(at))
    return now[-1].ods if now else None


@audience(Audience.PATIENT)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What one can ask for, and what one has asked."""
    by = acting(request)
    cards: list[tuple[str, str, str]] = []
    lines = []
    if by is not None:
        at = clock.now()
        record_page_read(request, by, (), route=BASE, query="", at=at)
        lines = [line(one) for one in asked_by(by)]
        cards = [(f"{BASE}/new/{kind}", _(ASKING[kind].title), _(ASKING[kind].hint)) for kind in _kinds(by)]
    context = {"title": _("Your requests"), "cards": cards, "lines": lines, "full": request.GET.get("done") == "full"}
    return page(request, "portal/requests.html", by, context)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of one kind of request."""
    by = _acting(request)
    kind = next((kind for kind in _kinds(by) if kind == slug), None)
    if kind is None:
        raise Http404
    at = clock.now()
    ods = practice_of(by, at)
    entry = named_entry(request, by, at) if kind in ABOUT_ENTRIES else None
    fields = fields_of(kind, "" if entry is None else _words_of(entry))
    if request.method == "POST" and ods is not None:
        fields = filled(fields, request)
        errors = mistakes(kind, fields, day_of(at))
        if not errors:
            return _send(request, by, ods, kind, wish_of(fields), at)
        fields = with_errors(fields, errors)
    if entry is not None:
        record_page_read(request, by, (entry,), route=f"{BASE}/new", query="", at=at)
    asking = ASKING[kind]
    context = {
        "title": _(asking.title),
        "sentences": [_(sentence) for sentence in asking.sentences],
        "send": _(asking.send),
        "here": f"{BASE}/new/{kind}",
        "fields": fields,
        "errors": summary(fields),
        "registered": ods is not None,
        "is_at_once": kind is Kind.OPT_IN and _has_stopped(by, at),
    }
    return page(request, "portal/request_new.html", by, context)


def _words_of(entry: ServedEntry) -> str:
    """An entry as people at the surgery find it: its day and its heading."""
    detail = detail_of(as_shown(entry), ())
    return ", ".join(filter(None, (detail.date, detail.title)))[:LONGEST_LINE]


def _send(request: HttpRequest, by: Acting, ods: OdsCode, kind: Kind, wish: Wish, at: datetime) -> HttpResponse:
    """Make the request and lead to it; to the one that is open already where there is one."""
    try:
        request_id: RequestId | None = actions.make(
            patient_id=by.viewing.patient_id,
            ods=ods,
            kind=kind,
            asker=by.viewing.viewer_id,
            wish=wish,
            by=_actor(request, by),
            at=at,
        )
        done = "made"
    except actions.AskedAlready as already:
        request_id, done = already.request_id, "already"
    return see_other(f"{BASE}?done=full" if request_id is None else f"{BASE}/{request_id}?done={done}")


@audience(Audience.PATIENT)
@require_safe
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request with its state, its answer and what happened."""
    by = _acting(request)
    found = _found(by, request_id)
    at = clock.now()
    record_page_read(request, by, (), route=f"{BASE}/request", query="", at=at)
    born = registry.patient(by.viewing.patient_id).born
    happened, own = queries.history(by.viewing.patient_id, found.request_id), found.asker == by.viewing.viewer_id
    context = {
        "title": _(ASKING[found.kind].title),
        "one": shown(found, happened, own=own, born=born, elsewhere=_elsewhere(by, found, at), at=at),
        "here": f"{BASE}/{request_id}",
        "may_withdraw": Step.WITHDRAW in open_steps(found, at),
        "done": request.GET.get("done", ""),
    }
    return page(request, "portal/request.html", by, context)


def _elsewhere(by: Acting, found: Request, at: datetime) -> str:
    """The practice that was asked, where the patient is not registered there now; else empty."""
    here = registry.registered(by.viewing.patient_id, on=day_of(at))
    return "" if any(stay.ods == found.ods for stay in here) else registry.practice_name(found.ods) or found.ods


def _has_stopped(by: Acting, at: datetime) -> bool:
    """Whether online access is stopped on our own pages, where that can be taken back at once."""
    return by.viewing.kind is ViewerKind.SELF and has_declined_online(access.facts(by.viewing.patient_id, at=at))


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask for confirmation, then withdraw."""
    by = _acting(request)
    found = _found(by, request_id)
    at = clock.now()
    here = f"{BASE}/{request_id}"
    if Step.WITHDRAW not in open_steps(found, at):
        return see_other(here)
    if request.method == "POST":
        try:
            actions.act(
                patient_id=by.viewing.patient_id,
                request_id=found.request_id,
                event=events.Withdrawn(),
                seen=found.sequence,
                by=_actor(request, by),
                at=at,
            )
        except actions.Outdated:  # the surgery did something in this moment: the page shows what
            return see_other(here)
        return see_other(f"{here}?done=withdrawn")
    context = {"title": _("Withdraw this request?"), "asked": _(ASKING[found.kind].title), "here": here}
    return page(request, "portal/request_withdraw.html", by, context)
