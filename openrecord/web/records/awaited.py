"""What is on its way: samples and requests of the record that no result of the record names (R11).

Only what the reader sees makes it up. Whether a result has arrived somewhere is not known here, so it cannot be told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from openrecord.clinical.kinds import Slot
from openrecord.kit.london import day_of
from openrecord.web.records.background import referral_title
from openrecord.web.records.elements import Json, concept, mapping, text_of
from openrecord.web.records.observations import specimen_title
from openrecord.web.records.values import Fact, Shown, facts
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, fhir_date_in_words

SLOTS = frozenset({Slot.SPECIMEN, Slot.REFERRAL})
"""What can be on its way."""

LOOKED_BACK = timedelta(days=365)
"""What is older is no longer on its way; it stays in its section."""

EARLIER = timedelta(days=30)
"""A result may carry an earlier date than its sample."""

MOST = 200
_USELESS = frozenset({"unavailable", "unsatisfactory"})
_OVER = frozenset({"completed", "revoked"})


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that is on its way. `steps`: what is known of it, each with its day; `is_due`: it is time to ask."""

    href: str
    title: str
    steps: tuple[Fact, ...]
    advice: str
    is_due: bool


def is_awaited(shown: Shown, outcomes: Collection[str]) -> bool:
    """Whether a sample or request is on its way still. `outcomes`: what visible results name ("Type/id")."""
    return shown.reference not in outcomes and not _is_over(shown.body)


def _is_over(body: Json) -> bool:
    return body.get("resourceType") == "ServiceRequest" and text_of(body.get("status")) in _OVER


def awaited(shown: Shown, *, ask_after: int, at: datetime) -> Awaited:
    """A sample or request in words. `ask_after`: days after which it is time to ask."""
    is_sample = shown.body.get("resourceType") == "Specimen"
    title, steps = _sample(shown) if is_sample else _request(shown)
    if is_sample and text_of(shown.body.get("status")) in _USELESS:
        advice = _("The laboratory could not use this sample. Ask your surgery if a new one is needed.")
        return Awaited(shown.href, title, steps, advice, is_due=True)
    due = day_of(shown.clinical or at) + timedelta(days=ask_after)
    is_due = day_of(at) >= due
    return Awaited(shown.href, title, steps, _advice(day_in_words(due), is_sample=is_sample, is_due=is_due), is_due)


def _advice(due: str, *, is_sample: bool, is_due: bool) -> str:
    if is_due and is_sample:
        return _("If you cannot find the result in this record, ask your surgery about it.")
    if is_due:
        return _("If you have not heard about it, ask your surgery.")
    if is_sample:
        return _("If you cannot find the result in this record by %(day)s, ask your surgery about it.") % {"day": due}
    return _("If you have not heard about it by %(day)s, ask your surgery.") % {"day": due}


def _sample(shown: Shown) -> tuple[str, tuple[Fact, ...]]:
    body = shown.body
    collection = mapping(body.get("collection"))
    steps = facts(
        (_("Taken"), fhir_date_in_words(collection.get("collectedDateTime")) or shown.date),
        (_("Received by the laboratory"), fhir_date_in_words(body.get("receivedTime"))),
    )
    return specimen_title(concept(body.get("type"))), steps


def _request(shown: Shown) -> tuple[str, tuple[Fact, ...]]:
    body = shown.body
    asked = fhir_date_in_words(body.get("authoredOn")) or shown.date
    paused = _("Paused") if text_of(body.get("status")) == "on-hold" else ""
    return referral_title(body), facts((_("Asked for"), asked), (_("Status"), paused))
