"""What may be erased, for who speaks for the controller. Erasing itself is a command of whoever runs the installation:
nothing is taken out for good by one click (docs/adr/0026).
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openrecord.clinical.nhs_number import spaced
from openrecord.kit import clock
from openrecord.kit.london import day_of
from openrecord.registry.rules.retention import YEARS, Since
from openrecord.registry.types import EraseReason, Patient
from openrecord.staff.desk import desk_of, page, record_staff_read
from openrecord.staff.erasable import Aged, Foreign, aged, foreign
from openrecord.staff.views.patient import base_of
from openrecord.web.audience import Audience, audience
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

ERASING = "/staff/erasing"
MOST = 200


@dataclass(frozen=True, slots=True)
class ErasableRow:
    """What may be erased, why and since when. `command`: what whoever runs the installation types, without its end."""

    href: str
    name: str
    nhs_number: str
    why: str
    command: str


@audience(Audience.STAFF)
@require_safe
def erasing(request: HttpRequest) -> HttpResponse:
    """Entries that are somebody else's, then records that were kept long enough."""
    desk = desk_of(request)
    if not desk.may_propose_erasure:
        raise PermissionDenied
    at = clock.now()
    record_staff_read(request, desk, None, route=ERASING, served=(), at=at)
    context = {
        "title": _("What may be erased"),
        "foreign": [_foreign(one) for one in foreign(desk.ods)[:MOST]],
        "aged": [_aged(one) for one in aged(desk.ods, on=day_of(at))[:MOST]],
        "after_death": YEARS[Since.DEATH],
        "after_leaving": YEARS[Since.LEFT],
    }
    return page(request, "staff/erasing.html", desk, context)


def _foreign(one: Foreign) -> ErasableRow:
    why = _("Somebody here said so on %(day)s.") % {"day": day_in_words(one.since)} if one.since else ""
    href = f"{base_of(one.patient)}/entries/{one.entry_id}"
    return _row(one.patient, href, why or _("Its sender said so."), EraseReason.NEVER_BELONGED, one.public_id)


def _aged(one: Aged) -> ErasableRow:
    days = {"begins": day_in_words(one.retention.begins), "ends": day_in_words(one.retention.ends)}
    if one.retention.since is Since.DEATH:
        why = _("Died; the years count from %(begins)s. The period ended on %(ends)s.") % days
    else:
        why = _("Left on %(begins)s. The period ended on %(ends)s.") % days
    return _row(one.patient, base_of(one.patient), why, EraseReason.RETENTION_ENDED)


def _row(patient: Patient, href: str, why: str, reason: EraseReason, entry: UUID | None = None) -> ErasableRow:
    only = "" if entry is None else f" --entry {entry}"
    command = f"openrecord patient erase {patient.public_id}{only} --reason {reason.value}"
    return ErasableRow(href, patient.listed_name, spaced(patient.nhs_number), why, command)
