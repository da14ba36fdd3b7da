"""A practice's checklist as a table for others, such as the integrated care board (R49). Keys and English words."""

import csv
import io
from collections.abc import Mapping

from openrecord.kit.london import day_of
from openrecord.registry.rules.readiness import checklist
from openrecord.registry.types import OdsCode, ReadinessAnswer

COLUMNS = ("organisation", "practice", "item", "title", "state", "reason", "evidence", "answered")
NOT_ANSWERED = "not_answered"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(ods: OdsCode, practice: str, answers: Mapping[str, ReadinessAnswer]) -> bytes:
    """A row for each item with its newest answer; UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    known = checklist()
    for item in known.items:
        answer = answers.get(item.key)
        said = (NOT_ANSWERED, "", "", "")
        if answer is not None:
            reason = known.reasons.get(answer.reason, answer.reason)
            said = (answer.state.value, reason, answer.evidence, day_of(answer.at).isoformat())
        table.writerow([_as_text(cell) for cell in (ods, practice, item.key, item.title, *said)])
    return out.getvalue().encode("utf-8-sig")


def _as_text(cell: str) -> str:
    """What a spreadsheet would take for a formula is marked as text: people typed it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
