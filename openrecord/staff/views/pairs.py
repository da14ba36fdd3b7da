"""Records of the practice that may be one person's: each pair leads to a look at what merging them would do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.clinical.nhs_number import spaced
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry import actions
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient
from openrecord.staff.desk import Desk, actor_of, desk_of, page, record_staff_read
from openrecord.staff.views.patient import base_of
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

PAIRS, AUTHORITY = "/staff/pairs", "staff:records"
MOST = 50


@dataclass(frozen=True, slots=True)
class OneRecord:
    """A record of a pair. `since`: the first day of its newest registration here."""

    href: str
    name: str
    nhs_number: str
    since: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records. `here`: where the other is merged into the first; `number`: that of the other, as a form has it;
    `ids`: by which both are named.
    """

    born: date | None
    records: tuple[OneRecord, OneRecord]
    here: str
    number: str
    ids: tuple[UUID, UUID]


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs, as many as fit a page; say of one that it is two people's."""
    desk = desk_of(request)
    if not desk.may_merge:
        raise PermissionDenied
    at = clock.now()
    found = registry.pairs_at(desk.ods, on=day_of(at))
    if request.method == "POST":
        return _told_apart(request, desk, found, at)
    record_staff_read(request, desk, None, route=PAIRS, served=(), at=at)
    context = {
        "title": _("Records that may be one person's"),
        "pairs": list(_pairs(desk.ods, found[:MOST])),
        "more": len(found) - MOST,
        "looked": registry.pairs_looked_for(desk.ods),
        "done": request.GET.get("done", ""),
    }
    return page(request, "staff/pairs.html", desk, context)


def _told_apart(
    request: HttpRequest, desk: Desk, found: Sequence[tuple[Patient, Patient]], at: datetime
) -> HttpResponse:
    """They are two people's, where they still stand in the list: what is no pair of this practice is none."""
    named = {request.POST.get("one"), request.POST.get("other")}
    for one, other in found:
        if {str(one.public_id), str(other.public_id)} == named:
            by = actor_of(request, desk, AUTHORITY)
            actions.tell_apart(one=one.patient_id, other=other.patient_id, by=by, at=at)
            return see_other(f"{PAIRS}?done=apart")
    return see_other(f"{PAIRS}?done=gone")


def _pairs(ods: OdsCode, found: tuple[tuple[Patient, Patient], ...]) -> Iterator[Pair]:
    """The record that was registered last goes on: a temporary number comes first."""
    stays = registry.stays_of({patient.patient_id for pair in found for patient in pair})
    since = {known: max(stay.start for stay in every if stay.ods == ods) for known, every in stays.items()}
    for pair in found:
        last, first = sorted(pair, key=lambda one: since[one.patient_id], reverse=True)
        one, two = (_record(patient, since[patient.patient_id]) for patient in (last, first))
        yield Pair(
            last.born, (one, two), f"{base_of(last)}/together", first.nhs_number, (last.public_id, first.public_id)
        )


def _record(patient: Patient, since: date) -> OneRecord:
    return OneRecord(base_of(patient), patient.listed_name, spaced(patient.nhs_number), day_in_words(since))
