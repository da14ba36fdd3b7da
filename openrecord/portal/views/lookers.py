"""Who has looked at your record: day, organisation and role, a month at a time (R20). Never what was looked at."""

import re
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access.rules.choices import offers_lookers
from openrecord.audit import queries as audit
from openrecord.audit.types import OWN_RECORD, Look
from openrecord.identity.types import Role
from openrecord.kit import clock
from openrecord.kit.london import day_of, midnight
from openrecord.portal.acting import CHANNEL, record_page_read
from openrecord.portal.own_access import OwnAccess, own_access
from openrecord.portal.pages import page
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode
from openrecord.taking.types import LINK_AUTHORITY
from openrecord.web import errors
from openrecord.web.audience import Audience, audience
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, month_in_words

HERE = "/access/looked"
_MONTH = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


@audience(Audience.PATIENT)
@require_safe
def lookers(request: HttpRequest) -> HttpResponse:
    """One month. Where it is not offered the page says no more than that, whatever the reason."""
    own = own_access(request, clock.now())
    if own is None:
        return errors.page(request, 404)
    title = _("Who has looked at your record")
    if not offers_lookers(own.facts, own.viewer, own.at, CHANNEL):
        return page(request, "portal/access_looked.html", own.by, {"title": title, "offered": False})
    this_month = day_of(own.at).replace(day=1)
    month = _month(request.GET.get("month"), this_month)
    if month is None:
        return errors.page(request, 404)
    context = {"title": title, "offered": True, **_looks(own, month, this_month)}
    record_page_read(request, own.by, (), route=HERE, query="", at=own.at)
    return page(request, "portal/access_looked.html", own.by, context)


def _month(typed: str | None, this_month: date) -> date | None:
    """The first day of the month asked for, this month where none is; None for what is none or has not come."""
    if typed is None:
        return this_month
    found = _MONTH.fullmatch(typed)
    month = date(int(found[1]), int(found[2]), 1) if found else None
    return None if month is None or month > this_month else month


def _looks(own: OwnAccess, month: date, this_month: date) -> dict[str, object]:
    patient_id = own.by.viewing.patient_id
    since, until = midnight(month), midnight((month + timedelta(days=31)).replace(day=1))
    looks = audit.who_looked(patient_id, since=since, until=until)
    earlier = audit.last_look_before(patient_id, since)
    # Several roles of one day may read the same: once is enough.
    rows = dict.fromkeys((day_in_words(look.day), _organisation(look), _role(look)) for look in looks)
    return {
        "month": month_in_words(month),
        "rows": tuple(rows),
        "older_href": "" if earlier is None else f"{HERE}?month={earlier:%Y-%m}",
        "first_href": "" if month == this_month else HERE,
    }


def _organisation(look: Look) -> str:
    if look.organisation is None:
        return _("Online")
    known = registry.practice(OdsCode(look.organisation))
    return known.name if known else look.organisation


def _role(look: Look) -> str:
    """Who it was, as a patient reads it: you, somebody for you, or what they are at the practice."""
    if look.organisation is None:
        if look.authority == OWN_RECORD:
            return _("You")
        if look.authority == LINK_AUTHORITY:
            return _("Somebody with a link from you")
        return _("An app") if look.authority.startswith("app") else _("Somebody who acts for you")
    roles = set(look.role.split("+"))
    words = {
        Role.CLINICIAN.value: _("Clinician"),
        Role.MANAGER.value: _("Practice manager"),
        Role.IG_LEAD.value: _("Information governance lead"),
    }
    return next((text for role, text in words.items() if role in roles), _("Practice staff"))
