"""What is open about patients' access: decisions after codes and birthdays, and where codes and settings disagree.

A decision acts at once. Nothing of it shows on a patient's side but what they may see (R8).
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from openrecord.access import actions as access_actions
from openrecord.access import due as access_due
from openrecord.access import queries as access
from openrecord.access.events import AgeReviewed, AnyAct, EnhancedReviewDecided
from openrecord.access.matters import DECISIONS, DRIFT, NOTICES, Due, Matter
from openrecord.access.rules.ahead import Turn, Turning, next_turn
from openrecord.access.rules.viewers import ADULT, is_of_age, review_age
from openrecord.access.types import AccessFacts, Viewer, ViewerId
from openrecord.kit import clock
from openrecord.registry import queries as registry
from openrecord.registry.types import Patient, Policy
from openrecord.staff.desk import Desk, actor_of, desk_of, page, patient_of, record_staff_read
from openrecord.staff.presenters.ahead import rows as ahead_rows
from openrecord.staff.presenters.matters import rows, words_of
from openrecord.staff.presenters.proxies import Proxy, in_words, newest_grants
from openrecord.staff.views.policy_form import whole_number
from openrecord.staff.views.requests import names_at
from openrecord.web.audience import Audience, audience
from openrecord.web.forms import FieldError
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

AUTHORITY = "staff:access"
DECISIONS_PATH = "/staff/decisions"
AHEAD_PATH = "/staff/ahead"
PAGE_SIZE = 50
ABOUT_REVIEW = (Matter.ENHANCED_REVIEW, Matter.REVIEW_LIFTED, Matter.CLOSED_WITHOUT_CODE)


def _listed(request: HttpRequest, matters: frozenset[Matter], path: str, title: str, template: str) -> HttpResponse:
    desk = desk_of(request)
    number = max(1, whole_number(request.GET.get("page", "")) or 1)
    found = access_due.open_due(desk.ods, matters, limit=PAGE_SIZE + 1, after=(number - 1) * PAGE_SIZE)
    record_staff_read(request, desk, None, route=path, served=(), at=clock.now())
    context = {
        "title": title,
        "rows": rows(found[:PAGE_SIZE], clock.now()),
        "previous_href": f"{path}?page={number - 1}" if number > 1 else "",
        "next_href": f"{path}?page={number + 1}" if len(found) > PAGE_SIZE else "",
        "done": request.GET.get("done", ""),
    }
    return page(request, template, desk, context)


@audience(Audience.STAFF)
@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    """Every open decision about access, oldest first."""
    return _listed(request, DECISIONS, DECISIONS_PATH, _("Decisions about access"), "staff/decisions.html")


@audience(Audience.STAFF)
@require_safe
def drift(request: HttpRequest) -> HttpResponse:
    """Where codes and settings disagree, oldest first."""
    return _listed(request, DRIFT, "/staff/drift", _("Codes and settings that disagree"), "staff/drift.html")


@audience(Audience.STAFF)
@require_safe
def ahead(request: HttpRequest) -> HttpResponse:
    """Whose access is reviewed or ends soon by date alone, with the days (R26)."""
    desk = desk_of(request)
    at = clock.now()
    number, policy = max(1, whole_number(request.GET.get("page", "")) or 1), registry.policy(desk.ods) or Policy()
    found = access_due.open_due(desk.ods, NOTICES, limit=PAGE_SIZE + 1, after=(number - 1) * PAGE_SIZE)
    record_staff_read(request, desk, None, route=AHEAD_PATH, served=(), at=at)
    context = {
        "title": _("Access that is reviewed or ends soon"),
        "rows": ahead_rows(found[:PAGE_SIZE], at),
        "days": min(policy.notice_days, policy.sixteen_notice_days, policy.expiry_notice_days),
        "previous_href": f"{AHEAD_PATH}?page={number - 1}" if number > 1 else "",
        "next_href": f"{AHEAD_PATH}?page={number + 1}" if len(found) > PAGE_SIZE else "",
    }
    return page(request, "staff/ahead.html", desk, context)


def _patient_to_decide_about(request: HttpRequest, public_id: UUID) -> tuple[Desk, Patient]:
    desk = desk_of(request)
    if not desk.may_decide_access:
        raise PermissionDenied
    return desk, patient_of(desk, public_id, content=False)


def _open_at(desk: Desk, patient: Patient) -> frozenset[Due]:
    open_now = access_due.due_of([patient.patient_id]).get(patient.patient_id, frozenset())
    return frozenset(due for due in open_now if due.org == desk.ods)


def _record(request: HttpRequest, desk: Desk, patient: Patient, act: AnyAct) -> HttpResponse:
    by = actor_of(request, desk, AUTHORITY)
    access_actions.record(patient_id=patient.patient_id, act=act, by=by, at=clock.now())
    return see_other(f"{DECISIONS_PATH}?done=decided")


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def enhanced_review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whether access stays or goes after a 104, comes back after a 106, or after a 104 that does not stand (R38)."""
    desk, patient = _patient_to_decide_about(request, public_id)
    open_now = {due.matter for due in _open_at(desk, patient)}
    asked = next((matter for matter in ABOUT_REVIEW if matter in open_now), None)
    if asked is None:
        return see_other(f"{DECISIONS_PATH}?done=gone")
    answers = _review_answers(asked)
    answer = request.POST.get("answer", "")
    if request.method == "POST" and answer in {value for value, _words, _hint in answers}:
        return _record(request, desk, patient, EnhancedReviewDecided(keep=answer == "keep"))
    return _question(request, desk, patient, asked, answers)


def _review_answers(asked: Matter) -> list[tuple[str, str, str]]:
    """What may be answered. A removal that no code stands for can only be undone here; to uphold it takes the code."""
    if asked is Matter.ENHANCED_REVIEW:
        keep = ("keep", _("Keep access"), _("They see what they see now. You have weighed the risk and it is safe."))
    else:
        keep = ("keep", _("Give access back"), _("They see what the practice shows to everybody, from now on."))
    at_once = _("At once, on every device and in every app. To them it looks like an ordinary lower level.")
    unchanged = _("They go on seeing an ordinary lower level.")
    answers = {
        Matter.ENHANCED_REVIEW: [keep, ("remove", _("Remove access"), at_once)],
        Matter.REVIEW_LIFTED: [keep, ("remove", _("Access stays removed"), unchanged)],
        Matter.CLOSED_WITHOUT_CODE: [keep],
    }
    return answers[asked]


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def age_review(request: HttpRequest, public_id: UUID, viewer_id: UUID) -> HttpResponse:
    """Whether a parent's access carries on after the child's birthday (R24); at 16 it can only end (R25)."""
    desk, patient = _patient_to_decide_about(request, public_id)
    at = clock.now()
    viewer = ViewerId(viewer_id)
    facts = access.facts(patient.patient_id, at=at)
    matter = _review_of(_open_at(desk, patient), facts, viewer, desk, at)
    if matter is None:
        return see_other(f"{DECISIONS_PATH}?done=gone")
    parent: Viewer = facts.viewers[viewer]
    grown = is_of_age(facts, ADULT, at)
    turn = next_turn(facts, parent, at) if matter is Matter.TURNS_SOON else None
    answers = _parents_answers(turn, grown=grown)
    answer = request.POST.get("answer", "")
    if request.method == "POST" and answer in {value for value, _words, _hint in answers}:
        age = ADULT if grown else review_age(facts, parent)
        return _record(request, desk, patient, AgeReviewed(viewer=viewer, age=age, carries_on=answer == "keep"))
    return _question(request, desk, patient, matter, answers, _proxy(desk, patient, viewer, at))


def _parents_answers(turn: Turn | None, *, grown: bool) -> list[tuple[str, str, str]]:
    """What may be answered. `turn`: the day on which it acts where it is decided ahead."""
    if turn is not None:
        day = {"day": day_in_words(turn.day)}
        keep = _("You have checked that it is right for the child. They go on seeing the record on %(day)s, too.") % day
        end = _(
            "They see nothing of the record from %(day)s on. To end it today, use “People who act for the patient”."
        )
        return [("keep", _("Carry on"), keep), ("end", _("End access"), end % day)]
    answers = [("end", _("End access"), _("The parent sees nothing of the record from now on. They are not told why."))]
    if not grown:
        carry_on = _("You have checked that it is right for the child. Access opens again at once.")
        answers.insert(0, ("keep", _("Carry on"), carry_on))
    return answers


def _proxy(desk: Desk, patient: Patient, viewer: ViewerId, at: datetime) -> Proxy | None:
    """Whose access it is: of two parents one has to know which."""
    grants, staff = newest_grants(access.acts(patient.patient_id)), names_at(desk)
    every = access.linked(patient.patient_id, at=at)
    return next((in_words(one, grants, staff) for one in every if one.viewer.viewer_id == viewer), None)


def _review_of(
    open_now: frozenset[Due], facts: AccessFacts, viewer: ViewerId, desk: Desk, at: datetime
) -> Matter | None:
    """The review that is open about a parent: due now, or soon and decided ahead; None where there is none."""
    if Due(desk.ods, Matter.AGE_REVIEW, viewer) in open_now:
        return Matter.AGE_REVIEW
    if Due(desk.ods, Matter.TURNS_SOON, viewer) not in open_now or viewer not in facts.viewers:
        return None
    turn = next_turn(facts, facts.viewers[viewer], at)
    return Matter.TURNS_SOON if turn is not None and turn.what is Turning.REVIEW else None


def _question(
    request: HttpRequest,
    desk: Desk,
    patient: Patient,
    matter: Matter,
    answers: list[tuple[str, str, str]],
    parent: Proxy | None = None,
) -> HttpResponse:
    errors = (FieldError("answer-1", _("Choose what happens")),) if request.method == "POST" else ()
    at = clock.now()
    record_staff_read(request, desk, patient, route="/staff/decision", served=(), at=at)
    words = words_of(matter, patient, at)
    context = {
        "title": _(words.title),
        "meaning": _(words.meaning),
        "ending": "" if len(answers) > 1 else _(words.ending),
        "parent": parent,
        "answers": answers,
        "errors": errors,
        "error_of": {error.field: error.text for error in errors},
    }
    return page(request, "staff/decision.html", desk, context, patient)
