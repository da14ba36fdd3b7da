"""The soak tests' report, and a request to the server without a socket."""

from typing import Any

import pytest

from tests.soak.scale import FIGURES


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was measured stands at the end of the run, whether it passed or not."""
    if FIGURES:
        terminalreporter.section("soak")
    for line in FIGURES:
        terminalreporter.write_line(line)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request is refused for its rate: under a clock that stands still nobody's allowance ever grows again."""
    from openrecord.web.limits import Limiter

    monkeypatch.setattr(Limiter, "allows", lambda *_, **__: True)
