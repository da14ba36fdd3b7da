"""For whom a page is. A view that does not say so is refused.

A surface names the audience of every view with the decorator; `middleware.GateMiddleware` enforces it before the view
runs. Whether the signed-in person may see a certain record is not decided here (openrecord.access).
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from openrecord.web.limits import Rate

View = TypeVar("View", bound=Callable[..., Any])


class Audience(Enum):
    """Who may open a page."""

    PUBLIC = "public"
    PATIENT = "patient"
    STAFF = "staff"


class UndeclaredAudience(RuntimeError):
    """A view does not say for whom it is."""


def audience(who: Audience, *, rate: Rate | None = None) -> Callable[[View], View]:
    """Mark a view as being for `who`; `rate` is how often one session or address may call it (None: the usual)."""

    def mark(view: View) -> View:
        view.audience = who  # type: ignore[attr-defined]
        view.rate = rate  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(view: Callable[..., Any]) -> Audience:
    """The audience that a view declares; raises UndeclaredAudience."""
    who = getattr(view, "audience", None)
    if not isinstance(who, Audience):
        raise UndeclaredAudience(f"{getattr(view, '__qualname__', view)} declares no audience")
    return who
