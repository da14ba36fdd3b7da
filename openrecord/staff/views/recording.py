"""Noting a request that came by phone, letter or in person, so that it has its clock like any other (R47, R48)."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.access import queries as access
from openrecord.caseload import actions
from openrecord.caseload.rules.asking import recordable
from openrecord.caseload.types import Kind
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, actor_of, desk_of, is_registered, page, patient_of, record_staff_read
from openrecord.staff.presenters.recording import fields_of, mistakes, received_on, wish_of
from openrecord.staff.presenters.requests import KINDS, address
from openrecord.staff.record import NOBODY, patient_viewer
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.request_steps import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, filled, summary, with_errors
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _


def _asked(request: HttpRequest, public_id: UUID) -> tuple[Desk, Patient]:
    """Who notes it, and of whom. Raises PermissionDenied, Http404."""
    desk = desk_of(request)
    if not desk.may_record_requests:
        raise PermissionDenied
    return desk, patient_of(desk, public_id, content=False)


def _kinds(desk: Desk, patient: Patient, at: datetime) -> tuple[Kind, ...]:
    facts = access.facts(patient.patient_id, at=at)
    has_account = patient_viewer(facts) is not NOBODY
    possible = recordable(has_account=has_account, is_registered=is_registered(desk, patient, at))
    return tuple(kind for kind in KINDS if kind in possible and not facts.died)


@audience(Audience.STAFF)
@require_safe
def kinds(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What can be noted."""
    desk, patient = _asked(request, public_id)
    at = clock.now()
    record_staff_read(request, desk, patient, route="/staff/request/new", served=(), at=at)
    here = f"{base_of(patient)}/requests/new"
    links = [(f"{here}/{kind}", _(KINDS[kind])) for kind in _kinds(desk, patient, at)]
    context = {
        "title": _("Note a request"),
        "base": base_of(patient),
        "links": links,
        "fields": (),
        "previews": is_registered(desk, patient, at),
    }
    return page(request, "staff/request_new.html", desk, context, patient)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID, slug: str) -> HttpResponse:
    """The form of one kind, and the request that it makes."""
    desk, patient = _asked(request, public_id)
    at = clock.now()
    kind = next((kind for kind in _kinds(desk, patient, at) if kind == slug), None)
    if kind is None:
        raise Http404
    fields, already = fields_of(kind, day_of(at)), None
    if request.method == "POST":
        fields = filled(fields, request)
        errors = mistakes(kind, fields, day_of(at))
        fields = with_errors(fields, errors)
        if not errors:
            try:
                return _made(request, desk, patient, kind, fields, at)
            except actions.AskedAlready as found:
                already = found
    record_staff_read(request, desk, patient, route="/staff/request/new", served=(), at=at)
    same = None if already is None else already.request_id
    context = {
        "title": _(KINDS[kind]),
        "base": base_of(patient),
        "links": (),
        "here": f"{base_of(patient)}/requests/new/{kind}",
        "fields": fields,
        "errors": summary(fields),
        "full": already is not None and same is None,
        "same_href": "" if same is None else address(patient, same),
    }
    return page(request, "staff/request_new.html", desk, context, patient)


def _made(
    request: HttpRequest, desk: Desk, patient: Patient, kind: Kind, fields: tuple[Field, ...], at: datetime
) -> HttpResponse:
    """Make it in the patient's name, and lead to it. Raises AskedAlready."""
    request_id = actions.make(
        patient_id=patient.patient_id,
        ods=desk.ods,
        kind=kind,
        asker=patient_viewer(access.facts(patient.patient_id, at=at)).viewer_id,
        wish=wish_of(kind, fields),
        received=received_on(fields),
        by=actor_of(request, desk, AUTHORITY),
        at=at,
    )
    return see_other(f"{address(patient, request_id)}?done=made")
