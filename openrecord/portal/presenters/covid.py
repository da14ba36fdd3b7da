"""Covid-19 vaccinations and the cards that prove them, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openrecord.cards.rules.content import batch_of, fits
from openrecord.cards.rules.signing import Scan
from openrecord.cards.types import Card, Holder
from openrecord.clinical import covid
from openrecord.web.qr import Drawing, drawing
from openrecord.web.records.doses import vaccine
from openrecord.web.records.elements import joined
from openrecord.web.records.values import Fact, Shown
from openrecord.web.text import WELSH, active_language
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, fhir_date_in_words

CARDS = "/covid/cards"


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card in the list of those made. `state`: in words, empty while it counts."""

    href: str
    title: str
    withdrawn: str


def on_card(shown: Iterable[Shown]) -> tuple[Fact, ...]:
    """The doses that stand on a card, as its own page lists them, the earliest first: the day, and what was given."""
    doses = sorted((one for one in shown if fits(one.body)), key=lambda one: str(one.body.get("occurrenceDateTime")))
    return tuple(Fact(fhir_date_in_words(one.body.get("occurrenceDateTime")), _given(one)) for one in doses)


def _given(shown: Shown) -> str:
    batch = batch_of(shown.body)
    numbered = _("batch number %(batch)s") % {"batch": batch} if batch else ""
    return joined((vaccine(shown), numbered, covid.place_of(shown.body)))


def printed(
    title: str, holder: Holder, doses: Iterable[Fact], codes: Sequence[Scan], *, checked_at: str
) -> dict[str, Any]:
    """A card as web/print/card.typ takes it. `checked_at`: the address where anybody may check it."""
    person = [[_("Name"), f"{holder.given} {holder.family}"], [_("Date of birth"), day_in_words(holder.born)]]
    return {
        "lang": WELSH if active_language() == WELSH else "en",
        "title": title,
        "service": _("OpenRecord"),
        "codes": [
            {"drawing": _svg(drawing(scan.prefix, scan.digits)), "words": code_in_words(number, len(codes))}
            for number, scan in enumerate(codes, 1)
        ],
        "head": [_("What"), _("As it stands in the record")],
        "person": person,
        "doses": [[dose.label, dose.value] for dose in doses],
        "sentences": [
            _("Show it together with your photo ID. Anybody can check the QR code."),
            _("To check it, go to %(address)s") % {"address": checked_at},
            _("It was correct on the day on which the card was made. It may be withdrawn: only a check tells."),
        ],
    }


def code_in_words(number: int, count: int) -> str:
    """What a QR code is, for those who do not see it."""
    words = _("QR code of the Covid-19 vaccination card")
    part = _("Code %(number)s of %(all)s") % {"number": number, "all": count}
    return words if count == 1 else f"{words}. {part}"


def _svg(code: Drawing) -> str:
    box = f"0 0 {code.size} {code.size}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{code.path}"/></svg>'


def line(card: Card) -> CardLine:
    """A card in the list."""
    withdrawn = "" if card.withdrawn is None else _("Withdrawn on %(day)s") % {"day": day_in_words(card.withdrawn)}
    title = _("Card made on %(day)s") % {"day": day_in_words(card.issued)}
    return CardLine(f"{CARDS}/{card.card_id}", title, withdrawn)
