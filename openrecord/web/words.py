"""Dates as people read them: "3 March 2024", "3 Mawrth 2024" (NHS content style).

Partial FHIR dates stay partial. Instants are shown as days in Europe/London.
"""

from datetime import date, datetime
from functools import lru_cache

from openrecord.clinical.dates import earliest_or_none
from openrecord.kit.london import LONDON, day_of
from openrecord.web.text import WELSH, active_language
from openrecord.web.text import gettext as _

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WELSH_MONTHS = (
    "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
    "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
)  # fmt: skip


def day_in_words(day: date | datetime | None) -> str:
    """A day, or the London day of an instant; empty for None."""
    return "" if day is None else _day_in_words(day, active_language() == WELSH)


@lru_cache(maxsize=16384)
def _day_in_words(day: date | datetime, welsh: bool) -> str:
    if isinstance(day, datetime):
        day = day_of(day)
    return f"{day.day} {(_WELSH_MONTHS if welsh else _ENGLISH_MONTHS)[day.month - 1]} {day.year}"


def moment_in_words(instant: datetime) -> str:
    """A day and a time of day in London: "3 March 2024 at 09:05"."""
    told = {"day": day_in_words(instant), "time": f"{instant.astimezone(LONDON):%H:%M}"}
    return _("%(day)s at %(time)s") % told


def month_in_words(day: date) -> str:
    """The month that a day lies in: "March 2024"."""
    return f"{(_WELSH_MONTHS if active_language() == WELSH else _ENGLISH_MONTHS)[day.month - 1]} {day.year}"


def fhir_date_in_words(text: object) -> str:
    """A FHIR date or dateTime as far as it goes ("2023", "August 2023", "3 August 2023"); empty if unreadable."""
    return _in_words(text, active_language() == WELSH) if isinstance(text, str) else ""


@lru_cache(maxsize=16384)
def _in_words(text: str, welsh: bool) -> str:
    moment = earliest_or_none(text)
    if moment is None:
        return ""
    months = _WELSH_MONTHS if welsh else _ENGLISH_MONTHS
    day = day_of(moment)
    if len(text) == 4:
        return str(day.year)
    if len(text) == 7:
        return f"{months[day.month - 1]} {day.year}"
    return f"{day.day} {months[day.month - 1]} {day.year}"
