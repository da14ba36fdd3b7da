"""What one station publishes, the route sends on; what the route names, somebody publishes."""

import ast
import importlib
from collections.abc import Iterator

from openrecord.flow.route import ROUTE
from tests.architecture import source


def _published() -> Iterator[tuple[str, str]]:
    """(file, class name) for every `bus.publish(SomeEvent(…))`; the name is "" where it cannot be read off."""
    for name, node in source.nodes("openrecord"):
        if isinstance(node, ast.Call) and source.dotted(node.func) == "bus.publish":
            event = node.args[0]
            made = source.dotted(event.func) if isinstance(event, ast.Call) else ""
            yield name, made.rpartition(".")[2]


def test_everything_published_is_routed_and_everything_routed_is_published() -> None:
    assert {event for _, event in _published()} == {event.__name__ for event in ROUTE}


def test_an_event_is_declared_by_the_station_that_tells_it() -> None:
    for event in ROUTE:
        station = importlib.import_module(event.__module__)
        assert station.__name__.endswith(".events"), event
        assert getattr(station, event.__name__) is event


def test_every_event_has_a_listener() -> None:
    assert [event.__name__ for event, listeners in ROUTE.items() if not listeners] == []


def test_the_bus_is_connected_in_one_place() -> None:
    connecting = {
        name
        for name, node in source.nodes("openrecord")
        if isinstance(node, ast.Call) and source.dotted(node.func) == "bus.connect"
    }
    assert connecting == {"openrecord/flow/route.py"}
