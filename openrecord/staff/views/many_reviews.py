"""Say why code 104 stands for so many patients, where that came to be after the practice went live (R44)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.kit import clock
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.staff.desk import actor_of, desk_of, page
from openrecord.staff.many_reviews import unexplained
from openrecord.staff.views.policy import AUTHORITY, PRACTICE, in_force, reason_mistakes
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

MANY = f"{PRACTICE}/enhanced-reviews"


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def many_reviews(request: HttpRequest) -> HttpResponse:
    """How many, and why: kept as a version of the policy that changes nothing else."""
    desk = desk_of(request)
    if not desk.may_govern:
        raise PermissionDenied
    at, versions = clock.now(), registry.policy_versions(desk.ods)
    cover, newest = unexplained(desk.ods, versions, at), in_force(versions)
    if cover is None or newest.policy is None:
        return see_other(f"{PRACTICE}?done=explained")
    why = request.POST.get("why", "").strip()
    errors = reason_mistakes(why) if request.method == "POST" else ()
    if request.method == "POST" and not errors:
        by = actor_of(request, desk, AUTHORITY)
        try:
            actions.set_policy(ods=desk.ods, policy=newest.policy, base=newest.number, why=why, by=by, at=at)
        except actions.ChangedMeanwhile:
            return see_other(MANY)
        return see_other(f"{PRACTICE}?done=explained")
    context = {
        "title": _("Many enhanced reviews"),
        "cover": cover,
        "why": why,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/many_reviews.html", desk, context)
