"""The first page after sign-in: the sections of the record, without counts."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access.types import ViewerKind
from openrecord.kit import clock
from openrecord.portal.acting import acting
from openrecord.portal.pages import page
from openrecord.portal.presenters.ahead import ahead
from openrecord.web.audience import Audience, audience
from openrecord.web.records.sections import SECTIONS
from openrecord.web.text import gettext as _


@audience(Audience.PATIENT)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The hub. It looks the same whatever lies behind it, but that access of people who act for somebody soon turns.

    Whoever has no record at all is told so: nothing that it leads to would be there.
    """
    by = acting(request)
    name = by.name if by else ""
    title = _("%(name)s's GP record") % {"name": name} if name else _("Your GP record")
    cards = [(f"/record/{section.slug}", _(section.title), _(section.hint)) for section in SECTIONS]
    is_own = by is not None and by.viewing.kind is ViewerKind.SELF
    acts = by is not None and not is_own
    context = {
        "title": title,
        "has_record": by is not None,
        "cards": cards,
        "notice": ahead(by, clock.now()),
        "is_own": is_own,
        "acts": acts,
    }
    return page(request, "portal/home.html", by, context)
