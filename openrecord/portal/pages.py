"""What every page of the portal knows besides its own content."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from openrecord.kit import clock
from openrecord.portal.acting import Acting, person_of
from openrecord.web.pages import render
from openrecord.web.text import gettext as _
from openrecord.web.words import day_in_words, moment_in_words


def page(
    request: HttpRequest, name: str, by: Acting | None, context: Mapping[str, Any], *, has_entries: bool = False
) -> HttpResponse:
    """A page behind sign-in. `by`: whose record it speaks of; `has_entries`: it shows something that stands there."""
    record = "" if by is None else str(by.viewing.viewer_id)
    on_paper = _on_paper(request, by) if by is not None and has_entries else ""
    told = {"acting": by, "record": record, "on_paper": on_paper, "layout": "portal/layout.html"}
    return render(request, name, {**told, **context})


def _on_paper(request: HttpRequest, by: Acting) -> str:
    """Whose record it is and of when, where a page is printed: on paper nobody sees who was signed in, and when.

    It is told by what is known of the session anyway.
    """
    own = person_of(request)
    whose = (
        [(_("Name"), by.name)]
        if by.name
        else [(_("Last name"), own.family), (_("Date of birth"), day_in_words(own.born))]
    )
    told = [*whose, (_("As seen on"), moment_in_words(clock.now()))]
    return " \u00b7 ".join(f"{label}: {value}" for label, value in told)
