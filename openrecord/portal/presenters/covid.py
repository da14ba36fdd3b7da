"""Covid-19 vaccinations and the cards that prove them, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from openrecord.cards.rules.content import fits, place_of
from openrecord.cards.types import Card
from openrecord.clinical import covid
from openrecord.web.records.elements import concept, displays, joined, number, objects, text_of
from openrecord.web.records.values import Fact, Shown, facts
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, fhir_date_in_words

CARDS = "/covid/cards"


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose. `fits`: it can stand on a card."""

    href: str
    day: str
    facts: tuple[Fact, ...]
    fits: bool


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card in the list of those made. `state`: in words, empty while it counts."""

    href: str
    title: str
    withdrawn: str


def dose(shown: Shown) -> Dose:
    """A dose with what a record says of it."""
    body = shown.body
    protocols = objects(body.get("protocolApplied"))
    given_by = joined(displays(item.get("actor")) for item in objects(body.get("performer")))
    where = place_of(body)
    rows = facts(
        (_("Vaccine"), vaccine(shown)),
        (_("Dose number"), joined(number(item.get("doseNumberPositiveInt")) for item in protocols)),
        (_("Batch number"), text_of(body.get("lotNumber"))),
        (_("Where it was given"), where),
        (_("Given by"), "" if given_by == where else given_by),
    )
    return Dose(shown.href, fhir_date_in_words(body.get("occurrenceDateTime")) or shown.date, rows, fits(body))


def vaccine(shown: Shown) -> str:
    """The product where its code is known, else what the record calls it."""
    return covid.product_of(shown.body) or concept(shown.body.get("vaccineCode")) or _("Covid-19 vaccine")


def on_card(shown: Iterable[Shown]) -> tuple[Fact, ...]:
    """The doses that stand on a card, as its own page lists them: day and vaccine, the earliest first."""
    doses = sorted((one for one in shown if fits(one.body)), key=lambda one: str(one.body.get("occurrenceDateTime")))
    return tuple(Fact(fhir_date_in_words(one.body.get("occurrenceDateTime")), vaccine(one)) for one in doses)


def line(card: Card) -> CardLine:
    """A card in the list."""
    withdrawn = "" if card.withdrawn is None else _("Withdrawn on %(day)s") % {"day": day_in_words(card.withdrawn)}
    title = _("Card made on %(day)s") % {"day": day_in_words(card.issued)}
    return CardLine(f"{CARDS}/{card.card_id}", title, withdrawn)
