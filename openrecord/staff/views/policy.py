"""Changing the practice's policy: write the change down, see what it would do to every patient, then put it into force.

Nothing is lost where somebody else was faster: what was typed comes back beside what they changed (R42).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access.rules.dry_run import Outcome
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.rules import readiness
from openrecord.registry.types import OdsCode, Policy, PolicyVersion, Proposal
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.dry_run import DryRun, dry_run
from openrecord.staff.moving import moving
from openrecord.staff.presenters import forecasts
from openrecord.staff.presenters.policy import LEVELS, MODES, RELEASES, SECTIONS, Difference, differences
from openrecord.staff.views import policy_form
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

AUTHORITY = "staff:policy"
PRACTICE = "/staff/practice"
CHANGE = f"{PRACTICE}/change"
PAGE_SIZE = 50
LONGEST_WHY = 2000


@dataclass(frozen=True, slots=True)
class InForce:
    """The newest version of a policy; `number` 0 and no policy where there is none."""

    number: int
    policy: Policy | None

    @property
    def to_start_from(self) -> Policy:
        """What the form begins with: a practice without a policy shows nothing until it names a day."""
        return self.policy or Policy(go_live=None)


def in_force(versions: tuple[PolicyVersion, ...]) -> InForce:
    """The newest of these versions."""
    return InForce(versions[0].version, versions[0].policy) if versions else InForce(0, None)


def changed_since(ods: OdsCode, base: int) -> tuple[Difference, ...]:
    """What others changed since a version; empty where it is in force still."""
    versions = registry.policy_versions(ods)
    newest = in_force(versions)
    if newest.number == base or newest.policy is None:
        return ()
    old = next((version.policy for version in versions if version.version == base), None)
    return differences(old, newest.policy)


def _desk_that_governs(request: HttpRequest) -> Desk:
    desk = desk_of(request)
    if not desk.may_govern:
        raise PermissionDenied
    return desk


def _proposal_of(desk: Desk, text: str) -> Proposal | None:
    try:
        return registry.proposal(desk.ods, UUID(text))
    except ValueError:
        return None


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """The form of the whole policy."""
    desk = _desk_that_governs(request)
    newest = in_force(registry.policy_versions(desk.ods))
    if request.method != "POST":
        kept = _proposal_of(desk, request.GET.get("from", ""))
        typed = policy_form.from_policy(newest.to_start_from if kept is None else kept.policy)
        return _form(request, desk, newest, typed, base=newest.number if kept is None else kept.base)
    typed = policy_form.from_request(request.POST)
    policy, errors = policy_form.read(typed, newest.to_start_from)
    base = policy_form.whole_number(request.POST.get("version", ""))
    if not errors and base == newest.number and not differences(newest.policy, policy):
        errors = (FieldError("system-1", _("Nothing is changed yet")),)
    if errors or base != newest.number:
        return _form(request, desk, newest, typed, base=base, errors=errors)
    proposal_id = actions.propose_policy(
        ods=desk.ods, policy=policy, base=newest.number, by=actor_of(request, desk, AUTHORITY), at=clock.now()
    )
    return see_other(f"{PRACTICE}/proposals/{proposal_id}")


def _form(
    request: HttpRequest,
    desk: Desk,
    newest: InForce,
    typed: policy_form.Typed,
    *,
    base: int | None,
    errors: tuple[FieldError, ...] = (),
) -> HttpResponse:
    context = {
        "title": _("Change what patients see"),
        "typed": typed,
        "version": newest.number,
        "changed": () if base is None else changed_since(desk.ods, base),
        "levels": [(level.name.lower(), _(words)) for level, words in LEVELS.items()],
        "sections": [(section.value, _(words)) for section, words in SECTIONS.items()],
        "kinds": [(kind, _(words)) for kind, words in RELEASES.items()],
        "modes": [(mode.value, _(words)) for mode, words in MODES.items()],
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/policy_change.html", desk, context)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """What the change would do, patient by patient; confirmed, it is in force."""
    desk = _desk_that_governs(request)
    found = registry.proposal(desk.ods, proposal_id)
    if found is None:
        raise Http404
    applied = _version_of(found)
    if request.method == "POST" and applied is not None:  # pressed twice, or on a page that has grown old
        stands = applied.version == in_force(registry.policy_versions(desk.ods)).number
        return see_other(f"{PRACTICE}?done=changed" if stands else request.path)
    foreseen = dry_run(found)
    why = request.POST.get("why", "").strip()
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        errors = reason_mistakes(why) if foreseen.needs_justification else ()
        if not errors and _put_into_force(request, desk, found, why):
            return see_other(f"{PRACTICE}?done=changed")
    return _proposal_page(request, desk, found, foreseen, why, errors)


def reason_mistakes(why: str) -> tuple[FieldError, ...]:
    """What is wrong with the words that justify many enhanced reviews."""
    if not why:
        return (FieldError("why", _("Enter why so many patients need an enhanced review")),)
    if len(why) > LONGEST_WHY:
        return (FieldError("why", _("Use %(most)s characters or fewer") % {"most": LONGEST_WHY}),)
    return ()


def _version_of(found: Proposal) -> PolicyVersion | None:
    """The version of the policy that this change has become; None while it is in force nowhere."""
    number = found.base + 1
    versions = registry.policy_versions(found.ods)
    return next((v for v in versions if v.version == number and v.policy == found.policy), None)


def _goes_live(before: Policy | None, after: Policy) -> bool:
    """Whether patients begin to see something by it."""
    was_live = before is not None and before.system_on and before.go_live is not None
    return after.system_on and after.go_live is not None and not was_live


def _opened_from(before: Policy | None, found: Proposal) -> date | None:
    """A first day so long ago that it opens what would be history elsewhere; None where the change sets none."""
    day, known = found.policy.go_live, None if before is None else before.go_live
    if day is None or (known is not None and known <= day):
        return None
    return day if day < day_of(found.at) - timedelta(days=found.policy.back_record_days) else None


def _put_into_force(request: HttpRequest, desk: Desk, found: Proposal, why: str) -> bool:
    try:
        actions.set_policy(
            ods=desk.ods,
            policy=found.policy,
            base=found.base,
            why=why,
            by=actor_of(request, desk, AUTHORITY),
            at=clock.now(),
        )
    except actions.ChangedMeanwhile:
        return False
    return True


def _proposal_page(
    request: HttpRequest, desk: Desk, found: Proposal, foreseen: DryRun, why: str, errors: tuple[FieldError, ...]
) -> HttpResponse:
    shown = next((o for o in Outcome if o.value == request.GET.get("show")), None)
    number = max(1, policy_form.whole_number(request.GET.get("page", "")) or 1)
    lines = () if shown is None else foreseen.with_outcome(shown)
    here = f"{PRACTICE}/proposals/{found.proposal_id}"
    listed = forecasts.rows(lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    record_staff_read(request, desk, None, route="/staff/practice/proposals", served=(), at=clock.now())
    versions = registry.policy_versions(desk.ods)
    base = next((v.policy for v in versions if v.version == found.base), None)
    applied = _version_of(found)
    before, more = number > 1, number * PAGE_SIZE < len(lines)
    context = {
        "title": _("What this change would do"),
        "here": here,
        "edit_href": f"{CHANGE}?from={found.proposal_id}",
        "differences": differences(base, found.policy),
        "moving": moving(desk.ods),
        "opened_from": _opened_from(base, found),
        "checklist": readiness.progress(registry.readiness(desk.ods)) if _goes_live(base, found.policy) else None,
        "applied": applied,
        "newest": in_force(versions).number,
        "changed": () if applied else changed_since(desk.ods, found.base),
        "foreseen": foreseen,
        "rules": forecasts.rule_rows(foreseen),
        "summary": forecasts.summary(foreseen, here, shown),
        "shown": None if shown is None else forecasts.heading(shown),
        "rows": listed,
        "previous_href": f"{here}?show={shown.value}&page={number - 1}#list" if shown and before else "",
        "next_href": f"{here}?show={shown.value}&page={number + 1}#list" if shown and more else "",
        "why": why,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/proposal.html", desk, context)
