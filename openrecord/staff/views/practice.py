"""The practice's own page: what its patients see, in plain words, with every earlier version; how ready it is."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.identity import queries as identity
from openrecord.kit import clock
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.rules import readiness as rules
from openrecord.registry.types import OdsCode, PolicyVersion, Readiness, ReadinessAnswer
from openrecord.staff.desk import Desk, actor_of, desk_of, page
from openrecord.staff.moving import moving
from openrecord.staff.presenters.policy import Difference, differences, releases, settings
from openrecord.staff.presenters.readiness import as_csv
from openrecord.staff.views.policy import AUTHORITY, PRACTICE, in_force
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _

LONGEST_EVIDENCE = 2000


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of the policy in the history, and what it changed. `foreseen_href`: the list of what it would do."""

    number: int
    at: datetime
    by: str
    why: str
    changes: tuple[Difference, ...]
    foreseen_href: str


def _names(ods: OdsCode) -> dict[str, str]:
    """Who somebody is whom the trail names, also after they have left."""
    return {str(staff_id): name for staff_id, name in identity.staff_names(ods).items()}


def _history(ods: OdsCode, versions: tuple[PolicyVersion, ...]) -> list[VersionRow]:
    names, written = _names(ods), registry.proposals_in_force(ods)
    earlier = [*(version.policy for version in versions[1:]), None]
    return [
        VersionRow(
            version.version,
            version.at,
            names.get(version.actor, _("set outside these pages")),
            version.why,
            differences(before, version.policy),
            f"{PRACTICE}/proposals/{written[version.version]}" if version.version in written else "",
        )
        for version, before in zip(versions, earlier, strict=True)
    ]


@audience(Audience.STAFF)
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """What holds now, and how it came to be."""
    desk = desk_of(request)
    versions = registry.policy_versions(desk.ods)
    policy = in_force(versions).policy
    context = {
        "title": _("What your patients see"),
        "settings": () if policy is None else settings(policy),
        "releases": () if policy is None else releases(policy),
        "history": _history(desk.ods, versions),
        "moving": moving(desk.ods),
        "readiness": rules.progress(registry.readiness(desk.ods)),
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/practice.html", desk, context)


def state_in_words(state: Readiness) -> str:
    """How ready an item is, in words."""
    words = {
        Readiness.READY: _("Ready"),
        Readiness.NOT_READY: _("Not ready"),
        Readiness.NOT_APPLICABLE: _("Does not apply"),
    }
    return words[state]


@audience(Audience.STAFF)
@require_safe
def readiness(request: HttpRequest) -> HttpResponse:
    """The checklist with the practice's newest answers."""
    desk = desk_of(request)
    answers = registry.readiness(desk.ods)
    checklist = rules.checklist()
    context = {
        "title": _("Ready to go live?"),
        "items": [(item, answers.get(item.key)) for item in checklist.items],
        "state_of": {state: state_in_words(state) for state in Readiness},
        "reasons": checklist.reasons,
        "reviewed": checklist.status == "reviewed",
        "progress": rules.progress(answers),
        "names": _names(desk.ods),
    }
    return page(request, "staff/readiness.html", desk, context)


@audience(Audience.STAFF)
@require_safe
def readiness_table(request: HttpRequest) -> HttpResponse:
    """The checklist as a file to pass on."""
    desk = desk_of(request)
    told = {"Content-Disposition": f'attachment; filename="readiness-{desk.ods}.csv"'}
    content = as_csv(desk.ods, desk.practice_name, registry.readiness(desk.ods))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=told)


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def readiness_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer one item of the checklist."""
    desk = desk_of(request)
    if not desk.may_govern:
        raise PermissionDenied
    item = next((item for item in rules.checklist().items if item.key == slug), None)
    if item is None:
        raise Http404
    typed = _typed(request, registry.readiness(desk.ods).get(slug))
    errors = _mistakes(*typed) if request.method == "POST" else ()
    if request.method == "POST" and not errors:
        _answer(request, desk, slug, *typed)
        return see_other(f"{PRACTICE}/readiness")
    state, evidence, reason = typed
    context = {
        "title": item.title,
        "item": item,
        "states": [(known.value, state_in_words(known)) for known in Readiness],
        "reasons": list(rules.checklist().reasons.items()),
        "state": state,
        "evidence": evidence,
        "reason": reason,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/readiness_item.html", desk, context)


def _typed(request: HttpRequest, known: ReadinessAnswer | None) -> tuple[str, str, str]:
    if request.method == "POST":
        sent = request.POST
        return sent.get("state", ""), sent.get("evidence", "").strip(), sent.get("reason", "")
    return ("", "", "") if known is None else (known.state.value, known.evidence, known.reason)


def _mistakes(state: str, evidence: str, reason: str) -> tuple[FieldError, ...]:
    if state not in {known.value for known in Readiness}:
        return (FieldError("state-1", _("Choose how ready you are")),)
    if len(evidence) > LONGEST_EVIDENCE:
        return (FieldError("evidence", _("Use %(most)s characters or fewer") % {"most": LONGEST_EVIDENCE}),)
    if state == Readiness.READY.value and not evidence:
        return (FieldError("evidence", _("Enter how one can see that it is ready")),)
    if state == Readiness.NOT_READY.value and reason not in rules.checklist().reasons:
        return (FieldError("reason", _("Choose why it is not ready")),)
    if state == Readiness.NOT_READY.value and reason == rules.OTHER and not evidence:
        return (FieldError("evidence", _("Enter the other reason")),)
    return ()


def _answer(request: HttpRequest, desk: Desk, item: str, state: str, evidence: str, reason: str) -> None:
    chosen = Readiness(state)
    actions.answer_readiness(
        ods=desk.ods,
        item=item,
        state=chosen,
        evidence=evidence,
        reason=reason if chosen is Readiness.NOT_READY else "",
        by=actor_of(request, desk, AUTHORITY),
        at=clock.now(),
    )
