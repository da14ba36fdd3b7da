"""Covid-19 vaccinations of the record, and cards that prove them. A card is made from what its viewer sees, never more.

What a card says is not kept: it is read from the record again, through Sight, whenever the card is shown.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openrecord.access.types import Service
from openrecord.audit.types import Actor
from openrecord.cards import actions, queries
from openrecord.cards.keyring import issuer, usable
from openrecord.cards.rules.content import bundle, fits
from openrecord.cards.rules.signing import file_of, scans
from openrecord.cards.types import Card, CardId, Holder, may_see
from openrecord.clinical import covid
from openrecord.clinical.kinds import Slot
from openrecord.identity import rules as identity
from openrecord.kit import clock
from openrecord.portal.acting import Acting, acting, record_page_read, session_of
from openrecord.portal.pages import page
from openrecord.portal.presenters.covid import CARDS, code_in_words, line, on_card, printed
from openrecord.portal.views.record import as_shown, empty_of
from openrecord.registry import queries as registry
from openrecord.timeline import queries as timeline
from openrecord.timeline.types import NOTHING, ServedEntry
from openrecord.web.audience import Audience, audience
from openrecord.web.print.pdf import Unprintable, pdf
from openrecord.web.qr import drawing
from openrecord.web.records.doses import dose
from openrecord.web.redirects import see_other
from openrecord.web.session import device_of
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words

HERE = "/covid"
FILE_TYPE = "application/smart-health-card"
FILE_NAME = "covid-19-vaccination.smart-health-card"
PDF_NAME = "covid-19-vaccination.pdf"
_SLOTS = frozenset({Slot.IMMUNISATION})


def _acting(request: HttpRequest) -> Acting:
    """Whose record it is about. Raises Http404 where there is none."""
    by = acting(request)
    if by is None:
        raise Http404
    return by


def _actor(request: HttpRequest, by: Acting) -> Actor:
    return identity.actor(session_of(request), authority=by.authority, device=device_of(request))


def _doses(by: Acting, at: datetime) -> tuple[ServedEntry, ...]:
    """Every Covid-19 vaccination that the viewer may see, newest first."""
    served = timeline.every(by.reader, slots=_SLOTS, at=at)
    return tuple(entry for entry in served if covid.is_given(as_shown(entry).body))


def _holder(by: Acting) -> Holder | None:
    """Whose card it would be; None where the birth date is not known, without which it proves nothing."""
    patient = registry.patient(by.viewing.patient_id)
    return None if patient.born is None else Holder(patient.family, patient.given, patient.born)


def _said(by: Acting, doses: tuple[ServedEntry, ...]) -> bytes | None:
    """What a card would say now; None where there is nothing to say."""
    holder = _holder(by)
    bodies = [body for entry in doses if fits(body := as_shown(entry).body)]
    return bundle(holder, bodies) if holder is not None and bodies else None


def _card(by: Acting, card_id: UUID) -> Card:
    """The card, if this viewer may see it. Raises Http404: foreign and unknown are the same."""
    cards = queries.cards(by.viewing.patient_id)
    found = next((card for card in cards if card.card_id == card_id), None)
    if found is None or not by.viewing.may(Service.CARDS) or not may_see(found, by.viewing.viewer_id, by.viewing.kind):
        raise Http404
    return found


@audience(Audience.PATIENT)
@require_safe
def doses(request: HttpRequest) -> HttpResponse:
    """The doses, the cards made of them, and the way to make one."""
    by = acting(request)
    found: tuple[ServedEntry, ...] = ()
    cards: tuple[Card, ...] = ()
    said: bytes | None = None
    if by is not None:
        at = clock.now()
        found = _doses(by, at)
        if by.viewing.may(Service.CARDS):
            said, kind = _said(by, found), by.viewing.kind
            cards = tuple(c for c in queries.cards(by.viewing.patient_id) if may_see(c, by.viewing.viewer_id, kind))
        record_page_read(request, by, found, route=HERE, query="", at=at)
    context = {
        "title": _("Covid-19 vaccination"),
        "empty": None if found else empty_of(by, NOTHING, _SLOTS),
        "doses": [(dose(one), fits(one.body)) for one in map(as_shown, found)],
        "offered": usable().signing is not None and (by is None or by.viewing.may(Service.CARDS)),
        "may_make": said is not None,
        "cards": [line(card) for card in cards],
    }
    return page(request, "portal/covid.html", by, context, has_entries=bool(found))


@audience(Audience.PATIENT)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a card of all doses that fit and lead to it; back to the doses where there is none."""
    by = _acting(request)
    at = clock.now()
    found = _doses(by, at)
    said = _said(by, found)
    if said is None or not by.viewing.may(Service.CARDS):
        return see_other(HERE)
    record_page_read(request, by, found, route=CARDS, query="", at=at)
    try:
        card_id = actions.make(
            patient_id=by.viewing.patient_id, maker=by.viewing.viewer_id, said=said, by=_actor(request, by), at=at
        )
    except actions.NotOffered:
        return see_other(HERE)
    return see_other(f"{CARDS}/{card_id}")


@dataclass(frozen=True, slots=True)
class _Copy:
    """A card as it may be shown now. `text`: signed anew, None while the record says something else than the card."""

    card: Card
    doses: tuple[ServedEntry, ...]
    holder: Holder | None
    may_make: bool
    text: str | None


def _copy(request: HttpRequest, by: Acting, card_id: UUID, route: str, at: datetime) -> _Copy:
    """The card with what is on it, put on the trail. Raises Http404."""
    found = _card(by, card_id)
    served = _doses(by, at)
    said = _said(by, served)
    record_page_read(request, by, served, route=f"{CARDS}/{route}", query="", at=at)
    text = None if said is None else actions.text_of(found, said)
    return _Copy(found, served, _holder(by), said is not None, text)


@audience(Audience.PATIENT)
@require_safe
def card(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """A card with its QR code; while the record says something else than it does, only that."""
    by = _acting(request)
    copy = _copy(request, by, card_id, "card", clock.now())
    codes = () if copy.text is None else scans(copy.text)
    context = {
        "title": _("Covid-19 vaccination card"),
        "here": f"{CARDS}/{card_id}",
        "withdrawn": day_in_words(copy.card.withdrawn),
        "made": day_in_words(copy.card.issued),
        "codes": [(drawing(each.prefix, each.digits), code_in_words(n, len(codes))) for n, each in enumerate(codes, 1)],
        "holder": copy.holder,
        "lines": on_card(as_shown(entry) for entry in copy.doses),
        "may_make": copy.may_make,
        "unprintable": "no-pdf" in request.GET,
    }
    return page(request, "portal/covid_card.html", by, context)


@audience(Audience.PATIENT)
@require_safe
def file(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """The card as a file for an app that keeps such cards; nothing while it may not be shown."""
    copy = _copy(request, _acting(request), card_id, "file", clock.now())
    if copy.text is None:
        raise Http404
    return _download(file_of(copy.text), FILE_TYPE, FILE_NAME)


@audience(Audience.PATIENT)
@require_safe
def print_out(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """The card as a tagged PDF; nothing while it may not be shown."""
    at = clock.now()
    copy = _copy(request, _acting(request), card_id, "pdf", at)
    if copy.text is None or copy.holder is None:
        raise Http404
    doses = on_card(as_shown(entry) for entry in copy.doses)
    title, check = _("Covid-19 vaccination card"), f"{issuer()}/check-card"
    told = printed(title, copy.holder, doses, scans(copy.text), checked_at=check)
    try:
        return _download(pdf("card.typ", told, at=at), "application/pdf", PDF_NAME)
    except Unprintable:
        return see_other(f"{CARDS}/{card_id}?no-pdf")


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@audience(Audience.PATIENT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Ask for confirmation, then withdraw."""
    by = _acting(request)
    found = _card(by, card_id)
    here = f"{CARDS}/{card_id}"
    if found.withdrawn is not None:
        return see_other(here)
    if request.method == "POST":
        actions.withdraw(
            patient_id=by.viewing.patient_id, card_id=CardId(card_id), by=_actor(request, by), at=clock.now()
        )
        return see_other(here)
    context = {"title": _("Withdraw this card?"), "here": here, "made": day_in_words(found.issued)}
    return page(request, "portal/covid_withdraw.html", by, context)
