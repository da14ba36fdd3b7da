"""Rendering a page: the template, the request's chrome, nothing else."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from jinja2 import Environment, Template

from openrecord.web import display
from openrecord.web.session import SignedIn
from openrecord.web.text import WELSH, active_language

HTML = "text/html; charset=utf-8"


def environment() -> Environment:
    """The one Jinja2 environment that settings configure."""
    return engines["jinja2"].env  # type: ignore[no-any-return, attr-defined]


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)


def render(request: HttpRequest, name: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The page `name` with `context`, and what every page knows: path, language, looks, who is there, form token.

    Records are kept in English; a Welsh page says so (`lang`) where it quotes them.
    """
    present: SignedIn | None = getattr(request, "signed_in", None)
    html = _template(name).render(
        {
            "path": request.path,
            "language": active_language(),
            "display": display.chosen(request),
            "welsh": active_language() == WELSH,
            "signed_in": present,
            "csrf_token": lambda: get_token(request),
            **context,
        }
    )
    return HttpResponse(html, content_type=HTML, status=status)
