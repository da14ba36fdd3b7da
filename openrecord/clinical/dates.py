"""FHIR dates and date-times, which may be partial ("2023", "2023-08").

Everything that compares uses the *earliest* instant the text can mean (decision-cases README, Time).
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from openrecord.kit.london import LONDON, midnight


class InvalidDate(ValueError):
    """The text is no FHIR date or dateTime."""


_REFUSAL = "not a FHIR date or dateTime"
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}")
"""How a dateTime with a time begins, with an hour that a day has; the rest is for `datetime` to refuse."""


@lru_cache(maxsize=8192)
def earliest(text: str) -> datetime:
    """The earliest instant (UTC) that a FHIR date, dateTime or instant can mean.

    A date without time begins at its midnight in Europe/London; a time without zone is read as London time; a leap
    second is the second before it. Raises InvalidDate.
    """
    try:
        if _DAY.fullmatch(text):
            return midnight(date.fromisoformat((text + "-01-01")[:10]))
        if not _MOMENT.match(text):
            raise InvalidDate(_REFUSAL)
        moment = datetime.fromisoformat(text.replace(":60", ":59") if text[17:19] == "60" else text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=LONDON)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError) as error:
        raise InvalidDate(_REFUSAL) from error


def earliest_or_none(text: object) -> datetime | None:
    """`earliest`, or None where the value is missing or cannot be read (which is then treated as missing)."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return earliest(text)
    except InvalidDate:
        return None
