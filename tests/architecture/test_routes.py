"""Every page says for whom it is."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from openrecord.web.audience import Audience, audience_of


def _views(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path, pattern.callback
        else:
            yield from _views(pattern, path)


def test_every_route_has_an_audience() -> None:
    audiences = {path: audience_of(view) for path, view in _views(get_resolver())}
    assert set(audiences.values()) == set(Audience), "the routes were not found"


def test_only_staff_pages_lie_below_staff() -> None:
    """What is below /staff/ is for staff, or public (where they sign in); nothing elsewhere is for staff."""
    for path, view in _views(get_resolver()):
        who = audience_of(view)
        assert who is not (Audience.PATIENT if path.startswith("/staff/") else Audience.STAFF), path
