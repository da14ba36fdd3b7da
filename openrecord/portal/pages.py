"""What every page of the portal knows besides its own content."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from openrecord.portal.acting import Acting
from openrecord.web.pages import render


def page(request: HttpRequest, name: str, by: Acting | None, context: Mapping[str, Any]) -> HttpResponse:
    """A page behind sign-in. `by`: whose record it speaks of."""
    record = "" if by is None else str(by.viewing.viewer_id)
    return render(request, name, {"acting": by, "record": record, "layout": "portal/layout.html", **context})
