"""The browsers in which somebody gets messages about something new: added where they are used, removed anywhere."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from openrecord.gateways import web_push
from openrecord.identity import rules as identity_rules
from openrecord.kit import clock
from openrecord.notify import actions
from openrecord.notify.types import DeviceId
from openrecord.portal.acting import acting, person_of, session_of
from openrecord.portal.views.messages import HERE
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import active_language


@audience(Audience.PATIENT)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """This browser gets messages about the record that is open. What it names is checked before it is kept."""
    by, push = acting(request), web_push.configured()
    if by is None or push is None:
        return errors.page(request, 404)
    try:
        given = web_push.subscription(*(request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")))
    except ValueError:
        return errors.page(request, 400)
    if not web_push.allowed(given.endpoint, push.hosts):
        return errors.page(request, 400)
    actions.add_device(
        patient_id=by.viewing.patient_id,
        viewer_id=by.viewing.viewer_id,
        person_id=person_of(request).person_id,
        endpoint=given.endpoint,
        address=given.spelt(),
        language=active_language(),
        by=identity_rules.actor(session_of(request), authority=by.authority, device=device_of(request)),
        at=clock.now(),
    )
    return see_other(f"{HERE}?saved")


@audience(Audience.PATIENT)
@require_POST
def remove(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """A browser gets none any more."""
    by = acting(request)
    if by is None:
        return errors.page(request, 404)
    actions.remove_device(
        patient_id=by.viewing.patient_id,
        viewer_id=by.viewing.viewer_id,
        device_id=DeviceId(device_id),
        by=identity_rules.actor(session_of(request), authority=by.authority, device=device_of(request)),
        at=clock.now(),
    )
    return see_other(f"{HERE}?saved")
