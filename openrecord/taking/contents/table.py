"""Results and measurements as a table for spreadsheets (CSV, RFC 4180): one row for each value.

UTF-8 with a byte order mark, because without one spreadsheets take micro signs for something else. A text that a
spreadsheet would run as a formula (it begins with = + - @, also of full width, a tab or the end of a line; OWASP, CSV
Injection) gets an apostrophe in front; a number is a number, whatever it begins with, in the digits that
the laboratory wrote.
"""

import csv
import io
import re
from collections.abc import Iterator

from openrecord.clinical.codes import DATA_ABSENT_REASON, codings
from openrecord.clinical.dates import earliest_or_none
from openrecord.kit.london import day_of
from openrecord.taking.contents.rows import shown_of
from openrecord.taking.gathering import Gathered
from openrecord.web.records.elements import Json, concept, mapping, number, objects, text_of, unit_of
from openrecord.web.records.observations import direction_in_words, done_by, value_in_words
from openrecord.web.records.ranges import place
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SIGNS = frozenset({"<", "<=", ">=", ">"})


def table(gathered: Gathered) -> bytes:
    """The table; without results its first row alone."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_head())
    for entry in gathered.entries:
        shown = shown_of(entry)
        if shown.parts.resource_type == "Observation":
            writer.writerows([safe(cell) for cell in row] for row in _rows(shown))
    return written.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_RUNS) and not _NUMBER.fullmatch(cell) else cell


def _head() -> list[str]:
    return [
        _("Date"),
        _("Test or measurement"),
        _("Part of it"),
        _("Less or more than"),
        _("Value"),
        _("Unit"),
        _("Range given with it"),
        _("Against the range"),
        _("Filed"),
        _("Done by"),
        _("Code system"),
        _("Code"),
    ]


def _rows(shown: Shown) -> Iterator[list[str]]:
    """A row for the value of a result, and one for each of its parts; none where there is no value at all."""
    body = shown.body
    components = objects(body.get("component"))
    if "dataAbsentReason" in body or any(element.startswith("value") for element in body):
        yield _row(shown, "", body)
    for component in components:
        yield _row(shown, concept(component.get("code")), component)


def _row(shown: Shown, part: str, valued: Json) -> list[str]:
    body, placed = shown.body, place(valued)
    quantity = mapping(valued.get("valueQuantity"))
    figure, sign = number(quantity.get("value")), text_of(quantity.get("comparator"))
    known = (coding for coding in codings(valued.get("code")) if coding[0] != DATA_ABSENT_REASON)
    system, code = next(known, (None, ""))
    return [
        "" if shown.clinical is None else day_of(shown.clinical).isoformat(),
        concept(body.get("code")) or _("Test result"),
        part,
        sign if sign in _SIGNS else "",
        figure or value_in_words(valued),
        unit_of(quantity) if figure else "",
        placed.range_text,
        direction_in_words(placed.direction),
        _day(body.get("issued")),
        done_by(body),
        system or "",
        code,
    ]


def _day(text: object) -> str:
    moment = earliest_or_none(text)
    return "" if moment is None else day_of(moment).isoformat()
