"""What every page of the portal knows besides its own content."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from openrecord.portal.acting import Acting
from openrecord.web.pages import render


def page(request: HttpRequest, name: str, by: Acting | None, context: Mapping[str, Any]) -> HttpResponse:
    """A page behind sign-in. `by`: whose record it speaks of."""
    return render(request, name, {"acting": by, "layout": "portal/layout.html", **context})
