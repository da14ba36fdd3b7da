"""Files of the practice's patients that came and were refused: whose, with what, why, and what to do."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.kit import clock
from openrecord.restricted import queries as restricted
from openrecord.staff.desk import desk_of, page, record_staff_reads
from openrecord.staff.presenters.refused import rows
from openrecord.staff.refused import refused_files
from openrecord.web.audience import Audience, audience
from openrecord.web.text import gettext as _

PAGE_SIZE = 25
ROUTE = "/staff/documents/refused"


@audience(Audience.STAFF)
@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, the newest first. What a closed record has is not told."""
    desk = desk_of(request)
    after = request.GET.get("after", "")
    found = refused_files(desk.ods, limit=PAGE_SIZE + 1, after=after)
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    patients = {one.patient.patient_id for one in shown}
    closed = restricted.restricted_at(desk.ods) if desk.may_read else frozenset(patients)
    served = [(one.patient, one.refused.file.public_id) for one in shown if one.patient.patient_id not in closed]
    record_staff_reads(request, desk, served, route=ROUTE, at=clock.now())
    context = {
        "title": _("Documents that were refused"),
        "rows": rows(shown, closed),
        "older_href": f"{ROUTE}?after={shown[-1].refused.cursor}" if more else "",
        "first_href": ROUTE if after else "",
    }
    return page(request, "staff/refused_files.html", desk, context)
