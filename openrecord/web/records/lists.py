"""What the templates of lists need: a section's groups, the record by date, a search; and where older entries are."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from openrecord.clinical import wording
from openrecord.web.forms import FieldError
from openrecord.web.pages import environment
from openrecord.web.records.absent import Empty
from openrecord.web.records.found import found_months
from openrecord.web.records.narrowing import WHOLE, Narrowing
from openrecord.web.records.plain import about_names
from openrecord.web.records.sections import RecordSection
from openrecord.web.records.timeline import months
from openrecord.web.records.values import Shown
from openrecord.web.text import active_language, gettext_noop
from openrecord.web.text import gettext as _

NOT_FOUND = gettext_noop("No entry was found. Try fewer words, or only the beginning of a word.")
"""Where a search finds nothing."""

Way = tuple[str, str]
"""Where a link leads, and its words."""


def list_context(
    section: RecordSection,
    entries: Sequence[Shown],
    *,
    base: str,
    cursor: str | None,
    first: bool,
    empty: Empty,
    beside: Sequence[Way] = (),
) -> dict[str, Any]:
    """The context of records/list.html. `cursor`: where the next page begins; `first`: this is the newest page;
    `beside`: what else belongs to the section.
    """
    here = f"{base}/{section.slug}"
    groups = section.groups(entries)
    return {
        "title": _(section.title),
        "groups": groups,
        "names_note": about_names(name for group in groups for name in group.names),
        "style": "values" if section.is_by_day else "words",
        "dated": not section.is_by_day,
        "beside": beside if first else (),
        "empty": empty,
        "older_href": f"{here}?after={quote(cursor)}" if cursor else "",
        "first_href": "" if first else here,
    }


def timeline_context(
    part: Narrowing, entries: Sequence[Shown], *, here: str, cursor: str | None, first: bool, empty: Empty
) -> dict[str, Any]:
    """The context of records/timeline.html; `here`: its address."""
    found = months(entries)
    return {
        "title": _("Everything by date"),
        "part": part,
        "questions": _questions(part),
        "months": found,
        "names_note": about_names(
            name for month in found for day in month.days for item in day.items for name in item.line.names
        ),
        "empty": empty,
        "whole_href": here,
        **_around(part, here, cursor, first=first),
    }


def wrong_words(words: str) -> str:
    """What is wrong with the words that are to be looked for; empty: nothing."""
    if len(words) > wording.LONGEST_ASKED:
        return _("Use %(most)s characters or fewer") % {"most": wording.LONGEST_ASKED}
    if sum(map(len, wording.words_of(words))) < wording.FEWEST_LETTERS:
        return _("Enter at least two letters of a word to look for")
    return ""


def search_context(part: Narrowing, words: str, wrong: str, *, here: str) -> dict[str, Any]:
    """The context of records/search.html while nothing is answered. `wrong`: what is wrong with the words."""
    return {
        "title": _("Search the record"),
        "part": part,
        "questions": _questions(part),
        "words": words,
        "wrong": wrong,
        "errors": (*((FieldError("words", wrong),) if wrong else ()), *part.summary),
        "here": here,
        "months": (),
        "is_answered": False,
    }


def answer_context(
    part: Narrowing, words: str, entries: Sequence[Shown], *, here: str, cursor: str | None, first: bool, empty: Empty
) -> dict[str, Any]:
    """The context of records/search.html with a page of what was found."""
    found = found_months(entries, wording.words_of(words))
    return {
        **search_context(part, words, "", here=here),
        "months": found,
        "names_note": about_names("".join(piece.text for piece in hit.plain) for month in found for hit in month.hits),
        "is_answered": True,
        "empty": empty,
        **_around(part, here, cursor, first=first),
    }


def _questions(part: Narrowing) -> Markup:
    """The form's questions. Where nothing is chosen, as on most pages, they are always the same."""
    return _questions_of_all(active_language()) if part.is_all else _drawn(part)


@cache
def _questions_of_all(_language: str) -> Markup:
    return _drawn(WHOLE)


def _drawn(part: Narrowing) -> Markup:
    return Markup(environment().get_template("records/narrowing.html").module.questions(part))  # type: ignore[attr-defined]  # noqa: S704


def _around(part: Narrowing, here: str, cursor: str | None, *, first: bool) -> dict[str, str]:
    return {"older_href": part.href(here, cursor) if cursor else "", "first_href": "" if first else part.href(here)}
