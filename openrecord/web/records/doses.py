"""Doses against Covid-19 as a page shows them: what was given, when, by whom."""

from dataclasses import dataclass

from openrecord.clinical import covid
from openrecord.web.records.elements import concept, displays, joined, number, objects, text_of
from openrecord.web.records.values import Fact, Shown, facts, quoted
from openrecord.web.text import gettext as _
from openrecord.web.words import fhir_date_in_words


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose."""

    href: str
    day: str
    facts: tuple[Fact, ...]


def dose(shown: Shown) -> Dose:
    """A dose with what a record says of it."""
    body = shown.body
    protocols = objects(body.get("protocolApplied"))
    where = covid.place_of(body)
    people = (displays(item.get("actor")) for item in objects(body.get("performer")))
    rows = facts(
        quoted(_("Vaccine"), vaccine(shown)),
        quoted(_("As recorded"), "" if _recorded(shown) == vaccine(shown) else _recorded(shown)),
        (_("Dose number"), joined(number(item.get("doseNumberPositiveInt")) for item in protocols)),
        quoted(_("Batch number"), text_of(body.get("lotNumber"))),
        quoted(_("Where it was given"), where),
        quoted(_("Given by"), joined(name for name in people if name != where)),
    )
    return Dose(shown.href, fhir_date_in_words(body.get("occurrenceDateTime")) or shown.date, rows)


def vaccine(shown: Shown) -> str:
    """In plain words where its code is known, else what the record calls it."""
    return covid.name_of(shown.body) or _recorded(shown) or _("Covid-19 vaccine")


def _recorded(shown: Shown) -> str:
    return concept(shown.body.get("vaccineCode"))
