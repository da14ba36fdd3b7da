"""How a station says what happened without knowing who listens.

`publish` calls the listeners at once, in the publisher's transaction; flow/route.py is the one place that connects
events with listeners.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Listener = Callable[[Any], None]

_routes: dict[type, tuple[Listener, ...]] = {}


class Unrouted(Exception):
    """An event has no route: the composition root forgot it."""


def connect(routes: Mapping[type, Sequence[Listener]]) -> None:
    """Replace all routes. Called once, by the composition root."""
    _routes.clear()
    _routes.update({event: tuple(listeners) for event, listeners in routes.items()})


def publish(event: object) -> None:
    """Tell every listener of `event`, in order. Raises Unrouted where nobody has said who listens."""
    listeners = _routes.get(type(event))
    if listeners is None:
        raise Unrouted(type(event).__name__)
    for listener in listeners:
        listener(event)
