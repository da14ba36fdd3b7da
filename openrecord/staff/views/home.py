"""Where a signed-in member of staff begins: what waits for the practice, at a glance."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.access import due as access_due
from openrecord.access.matters import DECISIONS, DRIFT, NOTICES
from openrecord.caseload import queries as caseload
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import queries as registry
from openrecord.registry.rules import readiness as rules
from openrecord.registry.types import OdsCode
from openrecord.restricted import queries as restricted
from openrecord.screening import listing
from openrecord.screening import queries as screening
from openrecord.staff import undelivered
from openrecord.staff.desk import Desk, desk_of, page
from openrecord.staff.many_reviews import unexplained
from openrecord.staff.moving import moving
from openrecord.staff.refused import refused_files
from openrecord.staff.views.decisions import AHEAD_PATH, DECISIONS_PATH
from openrecord.staff.views.erasing import ERASING
from openrecord.staff.views.glass import OPENINGS
from openrecord.staff.views.many_reviews import MANY
from openrecord.staff.views.pairs import PAIRS
from openrecord.staff.views.policy import PRACTICE
from openrecord.staff.views.queue import ROUTE as QUEUE
from openrecord.staff.views.refused import PAGE_SIZE as REFUSED_SIZE
from openrecord.staff.views.refused import ROUTE as REFUSED
from openrecord.staff.views.requests import BASE as REQUESTS
from openrecord.staff.views.undelivered import ROUTE as UNDELIVERED
from openrecord.web.audience import Audience, audience
from openrecord.web.text import gettext as _


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to look at. `waits`: whether somebody has to do something about it."""

    href: str
    title: str
    state: str
    waits: bool


@audience(Audience.STAFF)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits, open decisions, disagreements, a change under way, readiness."""
    desk = desk_of(request)
    checks = (_openings(desk.ods),) if desk.may_check else ()
    messages = _undelivered(desk.ods) if desk.may_govern else ()
    context = {
        "title": desk.practice_name,
        "cards": (
            *checks,
            *_records(desk, clock.now()),
            _waiting(desk.ods, clock.now()),
            _requests(desk.ods, clock.now()),
            _count(DECISIONS_PATH, _("Decisions about access"), access_due.count_due(DECISIONS, desk.ods)),
            _count("/staff/drift", _("Codes and settings that disagree"), access_due.count_due(DRIFT, desk.ods)),
            _count(AHEAD_PATH, _("Access that is reviewed or ends soon"), access_due.count_due(NOTICES, desk.ods)),
            *(_many_reviews(desk.ods, clock.now()) if desk.may_govern else ()),
            *_refused(desk.ods),
            *messages,
            _policy(desk.ods),
            _readiness(desk.ods),
        ),
    }
    return page(request, "staff/home.html", desk, context)


def _waiting(ods: OdsCode, at: datetime) -> Card:
    """The worklist. Promises that are over are told first (R33)."""
    count = listing.summary(ods, at=at)
    if count.overdue:
        told = _("%(count)s waiting, %(overdue)s overdue") % {"count": count.every, "overdue": count.overdue}
    else:
        told = _("%(count)s waiting") % {"count": count.every} if count.every else _("Nothing is waiting")
    return Card(QUEUE, _("Entries that wait for a decision"), told, waits=count.every > 0)


def _requests(ods: OdsCode, at: datetime) -> Card:
    """Requests of patients. What is late is told first, then what soon will be (R47)."""
    count = caseload.workload(ods, at=at)
    if count.overdue:
        told = _("%(count)s open, %(overdue)s overdue")
    elif count.soon:
        told = _("%(count)s open, %(soon)s due soon")
    else:
        told = _("%(count)s open") if count.every else _("None open")
    numbers = {"count": count.every, "overdue": count.overdue, "soon": count.soon}
    return Card(REQUESTS, _("Requests of patients"), told % numbers, waits=count.every > 0)


def _openings(ods: OdsCode) -> Card:
    """Whoever checks is told first who broke the glass (R50)."""
    return _count(OPENINGS, _("Closed records that were opened"), restricted.count_unchecked(ods))


def _records(desk: Desk, at: datetime) -> tuple[Card, ...]:
    """What is there of it alone: most practices have neither."""
    pairs = len(registry.pairs_at(desk.ods, on=day_of(at))) if desk.may_merge else 0
    foreign = len(screening.somebody_elses(desk.ods)) if desk.may_propose_erasure else 0
    cards = (
        _count(PAIRS, _("Records that may be one person's"), pairs),
        _count(ERASING, _("Entries that are somebody else's"), foreign),
    )
    return tuple(card for card in cards if card.waits)


def _count(href: str, title: str, number: int) -> Card:
    return Card(href, title, _("%(count)s open") % {"count": number} if number else _("None open"), number > 0)


def _many_reviews(ods: OdsCode, at: datetime) -> tuple[Card, ...]:
    """Only where somebody has to say why (R44)."""
    cover = unexplained(ods, registry.policy_versions(ods), at)
    if cover is None:
        return ()
    told = _("Code 104 stands for %(covered)s of %(patients)s patients. Say why.")
    told %= {"covered": cover.covered, "patients": cover.patients}
    return (Card(MANY, _("Many enhanced reviews"), told, waits=True),)


def _refused(ods: OdsCode) -> tuple[Card, ...]:
    """Only where there is one: hardly any practice ever has."""
    number = len(refused_files(ods, limit=REFUSED_SIZE + 1))
    if not number:
        return ()
    told = _("%(count)s refused") if number <= REFUSED_SIZE else _("More than %(count)s refused")
    return (Card(REFUSED, _("Documents that were refused"), told % {"count": min(number, REFUSED_SIZE)}, waits=True),)


def _undelivered(ods: OdsCode) -> tuple[Card, ...]:
    """Only where there is one."""
    number = undelivered.count(ods)
    title = _("Messages that were not delivered")
    return (_count(UNDELIVERED, title, number),) if number else ()


def _policy(ods: OdsCode) -> Card:
    policy, under_way = registry.policy(ods), moving(ods)
    if under_way.waiting:
        told = _("%(done)s of %(total)s records have moved") % {"done": under_way.done, "total": under_way.total}
    elif policy is None or policy.go_live is None:
        told = _("Online access has no first day yet")
    else:
        told = _("Online access is on") if policy.system_on else _("Online access is off")
    return Card(PRACTICE, _("What your patients see"), told, under_way.waiting > 0)


def _readiness(ods: OdsCode) -> Card:
    progress = rules.progress(registry.readiness(ods))
    if progress.complete:
        return Card(f"{PRACTICE}/readiness", _("Ready to go live?"), _("Everything is ready"), waits=False)
    told = _("%(open)s not ready, %(unanswered)s not answered") % {
        "open": progress.not_ready,
        "unanswered": progress.unanswered,
    }
    return Card(f"{PRACTICE}/readiness", _("Ready to go live?"), told, waits=True)
