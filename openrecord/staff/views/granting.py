"""Letting somebody act for a patient: the form, a letter with a code for who is not known here yet, another scope."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import actions, invitations
from openrecord.access import queries as access
from openrecord.access.events import Evidence, ProxyGranted, Relation
from openrecord.access.queries import Linked
from openrecord.access.rules import granting
from openrecord.access.types import AccessFacts, Basis, ViewerId, ViewerKind
from openrecord.kit import clock
from openrecord.kit.london import day_of as london_day
from openrecord.registry.types import Patient
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.presenters import proxies as forms
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.staff.views.requests import proxy_request
from openrecord.staff.views.wishes import AUTHORITY
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import Field, day_of, filled, summary, with_errors
from openrecord.web.redirects import Elsewhere, see_other
from openrecord.web.text import gettext as _


def _desk_and_patient(request: HttpRequest, public_id: UUID) -> tuple[Desk, Patient]:
    desk = desk_of(request)
    if not desk.may_grant:
        raise PermissionDenied
    return desk, registered_patient(desk, public_id, content=False)


def linked_proxy(patient: Patient, viewer_id: UUID, at: datetime) -> Linked:
    """Somebody who acts for the patient until it has ended. Raises Elsewhere where it has since, Http404 for others."""
    found = _of(access.linked(patient.patient_id, at=at), viewer_id)
    if found is None:
        if _of(access.linked(patient.patient_id, at=at, ended=True), viewer_id) is not None:
            raise Elsewhere(f"{base_of(patient)}/people?gone")
        raise Http404
    return found


def _of(every: Iterable[Linked], viewer_id: UUID) -> Linked | None:
    proxies = (one for one in every if one.viewer.kind is ViewerKind.PROXY)
    return next((one for one in proxies if one.viewer.viewer_id == viewer_id), None)


def _asked_name(request: HttpRequest, desk: Desk, patient: Patient) -> tuple[str, str]:
    """First and last name of whom a patient asked for, where the form is opened from their request."""
    asked = proxy_request(desk, patient, request.GET.get("request", ""))
    if asked is None:
        return "", ""
    name, _comma, _what_they_are = asked.wish.about.partition(",")
    given, _space, family = name.strip().rpartition(" ")
    return given, family


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who is let in, on what ground, how much (R22, R23, R28); and that, where nothing is wrong with it."""
    desk, patient = _desk_and_patient(request, public_id)
    at = clock.now()
    facts = access.facts(patient.patient_id, at=at, controlling=[desk.ods])
    fields: tuple[Field, ...] = (
        *forms.person_fields(*_asked_name(request, desk, patient)),
        *forms.ground_fields(london_day(at)),
        *forms.scope_fields(*granting.offers(facts, desk.ods)),
    )
    barred = granting.bars(facts)
    if request.method == "POST" and not barred:
        fields = filled(fields, request)
        errors = forms.mistakes(fields)
        by_name = {field.name: field for field in fields}
        if not errors:
            errors = _faults(facts, desk, by_name, at)
        if not errors:
            try:
                return _grant(request, desk, patient, by_name, at)
            except invitations.OwnRecord:
                errors = {"number": _("This is the patient's own NHS number")}
        fields = with_errors(fields, errors)
    context = {
        "title": _("Let somebody act for this patient"),
        "barred": bool(barred),
        "ended": forms.ended_in_words(patient.patient_id, desk.ods, at),
        "send": _("Let them in"),
    }
    return _form(request, desk, patient, fields, context, at)


def _faults(facts: AccessFacts, desk: Desk, fields: Mapping[str, Field], at: datetime) -> dict[str, str]:
    basis, evidence = Basis(fields["basis"].value), Evidence(fields["evidence"].value)
    seen_on = day_of(fields["seen"]) or london_day(at)
    found = granting.basis_faults(facts, basis, evidence, seen_on, at)
    born = day_of(fields["born"])
    if born is not None and born > london_day(at):
        return {"born": _("Enter today or a date in the past")}
    return forms.fault_errors(found | granting.scope_faults(facts, desk.ods, basis, forms.scope_of(fields), at))


def _grant(
    request: HttpRequest, desk: Desk, patient: Patient, fields: Mapping[str, Field], at: datetime
) -> HttpResponse:
    invited, scope = forms.invited_of(fields), forms.scope_of(fields)
    act = ProxyGranted(
        viewer=invitations.viewer_for(patient.patient_id, invited, at=at),
        basis=fields["basis"].value,
        listed_org=desk.ods,
        level=int(scope.level),
        sections=None if scope.sections is None else tuple(sorted(scope.sections)),
        expires=scope.expires,
        relation=Relation(fields["relation"].value),
        evidence=Evidence(fields["evidence"].value),
        seen_by=desk.member.staff_id,
        seen_on=day_of(fields["seen"]),
        services=tuple(sorted(scope.services)),
    )
    by = actor_of(request, desk, AUTHORITY)
    invitations.grant(patient_id=patient.patient_id, act=act, invited=invited, by=by, at=at)
    asked = proxy_request(desk, patient, request.GET.get("request", ""))
    still_asks = "" if asked is None else f"&request={asked.request_id}"
    return see_other(f"{base_of(patient)}/people?saved{still_asks}")


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, public_id: UUID, viewer_id: UUID) -> HttpResponse:
    """Another scope or end for somebody who acts for the patient; it acts at once."""
    desk, patient = _desk_and_patient(request, public_id)
    at = clock.now()
    viewer = linked_proxy(patient, viewer_id, at).viewer
    facts = access.facts(patient.patient_id, at=at, controlling=[desk.ods])
    fields = forms.scope_fields(*granting.offers(facts, desk.ods), viewer)
    if request.method == "POST":
        fields = filled(fields, request)
        errors = forms.mistakes(fields)
        if not errors and viewer.basis is not None:
            scope = forms.scope_of({field.name: field for field in fields})
            errors = forms.fault_errors(granting.scope_faults(facts, desk.ods, viewer.basis, scope, at))
            if not errors:
                act = forms.change_of(viewer_id, scope)
                actions.record(patient_id=patient.patient_id, act=act, by=actor_of(request, desk, AUTHORITY), at=at)
                return see_other(f"{base_of(patient)}/people?saved")
        fields = with_errors(fields, errors)
    context = {"title": _("Change what this person may see"), "barred": False, "ended": (), "send": _("Save")}
    return _form(request, desk, patient, fields, context, at)


def _form(
    request: HttpRequest,
    desk: Desk,
    patient: Patient,
    fields: tuple[Field, ...],
    context: Mapping[str, Any],
    at: datetime,
) -> HttpResponse:
    record_staff_read(request, desk, patient, route="/staff/people/form", served=(), at=at)
    known = {"people": f"{base_of(patient)}/people", "fields": fields, "errors": summary(fields)}
    return page(request, "staff/proxy_form.html", desk, {**context, **known}, patient)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, public_id: UUID, viewer_id: UUID) -> HttpResponse:
    """A letter with a new code, to be printed now: the code is shown once and kept nowhere, nor made by coming back."""
    desk, patient = _desk_and_patient(request, public_id)
    if request.method != "POST":
        return see_other(f"{base_of(patient)}/people")
    at = clock.now()
    linked_proxy(patient, viewer_id, at)
    try:
        made = invitations.new_letter(
            patient_id=patient.patient_id,
            viewer_id=ViewerId(viewer_id),
            by=actor_of(request, desk, AUTHORITY),
            at=at,
        )
    except invitations.NoInvitation:  # they have come meanwhile, which the list says
        return see_other(f"{base_of(patient)}/people")
    context = {
        "title": _("A code to act for somebody"),
        "people": f"{base_of(patient)}/people",
        "name": made.name,
        "code": granting.in_groups(made.code),
        "last_day": made.last_day,
        "site": settings.PUBLIC_URL,
        "today": london_day(at),
    }
    return page(request, "staff/proxy_letter.html", desk, context, patient)
