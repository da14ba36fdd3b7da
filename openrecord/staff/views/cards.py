"""Vaccination cards about a patient: the practice sees that they were made and withdraws them, never what they say."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from openrecord.access import queries as access
from openrecord.access.types import ViewerId, ViewerKind
from openrecord.cards import actions, queries
from openrecord.cards.types import Card
from openrecord.kit import clock
from openrecord.staff.desk import actor_of, desk_of, page, record_staff_read
from openrecord.staff.views.patient import base_of
from openrecord.staff.views.preview import registered_patient
from openrecord.web.audience import Audience, audience
from openrecord.web.redirects import see_other
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

AUTHORITY = "staff:cards"


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card in words. `withdrawn`: the day, empty while it counts."""

    card: str
    made: str
    maker: str
    withdrawn: str


def _row(card: Card, own: frozenset[ViewerId]) -> CardRow:
    maker = _("The patient") if card.maker in own else _("Somebody who acts for the patient")
    return CardRow(str(card.card_id), day_in_words(card.issued), maker, day_in_words(card.withdrawn))


@audience(Audience.STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every card about the patient; ask before one is withdrawn; withdraw it."""
    desk = desk_of(request)
    if request.method == "POST" and not desk.may_record_wishes:
        raise PermissionDenied
    found = registered_patient(desk, public_id, content=False)
    at = clock.now()
    here = f"{base_of(found)}/cards"
    viewers = access.facts(found.patient_id, at=at).viewers
    own = frozenset(one for one, viewer in viewers.items() if viewer.kind is ViewerKind.SELF)
    known = queries.cards(found.patient_id)
    wanted = next((c for c in known if str(c.card_id) == request.POST.get("card") and c.withdrawn is None), None)
    if wanted is not None and request.POST.get("confirmed") == "yes":
        by = actor_of(request, desk, AUTHORITY)
        actions.withdraw(patient_id=found.patient_id, card_id=wanted.card_id, by=by, at=at)
        return see_other(f"{here}?saved")
    record_staff_read(request, desk, found, route="/staff/cards", served=(), at=at)
    context = {
        "title": _("Vaccination cards") if wanted is None else _("Withdraw this card?"),
        "base": base_of(found),
        "here": here,
        "rows": [_row(card, own) for card in known],
        "wanted": None if wanted is None else _row(wanted, own),
        "saved": "saved" in request.GET,
    }
    return page(request, "staff/cards.html", desk, context, found)
