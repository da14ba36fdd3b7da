"""The database beside a browser: Playwright keeps an event loop in the test's thread, where Django has others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside")


def aside(do: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
    """What `do` answers, done in the one thread beside the browser's."""
    return _THREAD.submit(do, *arguments, **named).result()
