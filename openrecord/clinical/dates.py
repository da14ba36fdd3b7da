"""FHIR dates and date-times, which may be partial ("2023", "2023-08").

Everything that compares uses the *earliest* instant the text can mean (decision-cases README, Time).
"""

from datetime import UTC, date, datetime
from functools import lru_cache

from openrecord.kit.london import LONDON, midnight


class InvalidDate(ValueError):
    """The text is no FHIR date or dateTime."""


@lru_cache(maxsize=8192)
def earliest(text: str) -> datetime:
    """The earliest instant (UTC) that a FHIR date, dateTime or instant can mean.

    A date without time begins at its midnight in Europe/London; a time without zone is read as London time.
    Raises InvalidDate.
    """
    try:
        length = len(text)
        if length == 10:
            return midnight(date.fromisoformat(text))
        if length == 4:
            return midnight(date(int(text), 1, 1))
        if length == 7:
            return midnight(date(int(text[:4]), int(text[5:7]), 1))
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=LONDON)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, AttributeError) as error:
        raise InvalidDate("not a FHIR date or dateTime") from error


def earliest_or_none(text: object) -> datetime | None:
    """`earliest`, or None where the value is missing or cannot be read (which is then treated as missing)."""
    if not isinstance(text, str) or not text:
        return None
    try:
        return earliest(text)
    except InvalidDate:
        return None
