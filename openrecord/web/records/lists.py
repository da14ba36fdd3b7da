"""What the list template needs: one section's groups, and where older entries are."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from openrecord.web.records.sections import RecordSection
from openrecord.web.records.values import Shown
from openrecord.web.text import gettext as _

_BY_DAY = frozenset({"test-results", "measurements"})
_AWAITED = frozenset({"test-results", "referrals"})


def list_context(
    section: RecordSection,
    entries: Sequence[Shown],
    *,
    base: str,
    cursor: str | None,
    first: bool,
    awaited_href: str = "",
) -> dict[str, Any]:
    """The context of records/list.html. `cursor`: where the next page begins; `first`: this is the newest page;
    `awaited_href`: the page of what is on its way, where there is one.
    """
    here = f"{base}/{section.slug}"
    by_day = section.slug in _BY_DAY
    return {
        "title": _(section.title),
        "groups": section.groups(entries),
        "style": "values" if by_day else "words",
        "dated": not by_day,
        "awaited_href": awaited_href if first and section.slug in _AWAITED else "",
        "empty": _("There is nothing to show here."),
        "older_href": f"{here}?after={quote(cursor)}" if cursor else "",
        "first_href": "" if first else here,
    }
