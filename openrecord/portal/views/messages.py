"""Whether and how often somebody is told that there is something new in a record they read (R17)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.gateways.web_push import WebPush
from openrecord.identity import rules as identity_rules
from openrecord.kit import clock
from openrecord.notify import actions, queries
from openrecord.notify.tasks import address_of, carrier_if_well
from openrecord.notify.types import Channel, Pace, Preference
from openrecord.portal.acting import acting, person_of, session_of
from openrecord.portal.pages import page
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.headers import WITH_SHELL
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import active_language, gettext_noop
from openrecord.web.text import gettext as _

HERE = "/access/messages"
_PACES: Mapping[Pace, str] = {
    Pace.OFF: gettext_noop("No messages"),
    Pace.AT_ONCE: gettext_noop("When there is something new"),
    Pace.DAILY: gettext_noop("At most once a day, in the morning"),
}
_LEGENDS: Mapping[Channel, str] = {
    Channel.EMAIL: gettext_noop("Emails to %(address)s"),
    Channel.SMS: gettext_noop("Text messages to %(address)s"),
    Channel.NHS_APP: gettext_noop("Messages in the NHS App"),
    Channel.PUSH: gettext_noop("Messages on your devices"),
}
_WITHOUT: Mapping[Channel, str] = {
    Channel.EMAIL: gettext_noop("You have no confirmed email address in your NHS login, so we cannot send you emails."),
    Channel.SMS: gettext_noop("You have no confirmed phone number in your NHS login, so we cannot send you texts."),
    Channel.NHS_APP: gettext_noop("You have no record of your own here, so we cannot reach you in the NHS App."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel that is offered. `without`: why it cannot be used, empty where it can."""

    name: str
    legend: str
    without: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def masked(address: str) -> str:
    """An address as its owner knows it and nobody else can read it off a screen: a…@example.org, …0123."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{address[-4:]}"


def _choices(request: HttpRequest, now: Preference) -> tuple[Choice, ...]:
    options = tuple((pace.value, _(words)) for pace, words in _PACES.items())
    found = []
    for channel in _WITHOUT:
        if carrier_if_well(channel) is not None:
            address = address_of(channel, person_of(request).person_id)
            legend = _(_LEGENDS[channel]) % {"address": masked(address)} if address else ""
            without = "" if address else _(_WITHOUT[channel])
            found.append(Choice(channel.value, legend, without, options, now.pace(channel).value))
    if now.pace(Channel.PUSH) is not Pace.OFF and carrier_if_well(Channel.PUSH) is not None:
        found.append(Choice(Channel.PUSH.value, _(_LEGENDS[Channel.PUSH]), "", options, now.pace(Channel.PUSH).value))
    return tuple(found)


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """What is chosen for the record that is open, and choosing otherwise."""
    by = acting(request)
    if by is None:
        return errors.page(request, 404)
    patient_id, viewer_id = by.viewing.patient_id, by.viewing.viewer_id
    now = queries.preference(patient_id, viewer_id)
    choices = _choices(request, now)
    usable = [choice for choice in choices if not choice.without]
    found: tuple[FieldError, ...] = ()
    if request.method == "POST" and usable:
        typed = {choice.name: request.POST.get(choice.name, "") for choice in usable}
        known = {pace.value for pace in Pace}
        wrong = [name for name, value in typed.items() if value not in known]
        found = tuple(FieldError(f"{name}-1", _("Choose how often you want messages")) for name in wrong)
        if not found:
            wanted = now.but({Channel(name): Pace(value) for name, value in typed.items()}, active_language())
            actor = identity_rules.actor(session_of(request), authority=by.authority, device=device_of(request))
            actions.choose(patient_id=patient_id, viewer_id=viewer_id, preference=wanted, by=actor, at=clock.now())
            return see_other(f"{HERE}?saved")
    push = carrier_if_well(Channel.PUSH)
    context = {
        "title": _("Messages about something new"),
        "push_key": push.public_key if isinstance(push, WebPush) else "",
        "devices": queries.devices(patient_id, viewer_id) if push else (),
        "choices": choices,
        "usable": bool(usable),
        "by_address": any(choice.name in {Channel.EMAIL, Channel.SMS} for choice in choices),
        "errors": found,
        "error_of": {error.field: error.text for error in found},
        "saved": "saved" in request.GET,
    }
    response = page(request, "portal/messages.html", by, context)
    if push:
        for name, value in WITH_SHELL.items():
            response.headers[name] = value
    return response
