"""One file reads the clock; only commands print."""

import ast

from tests.architecture import source

THE_ONE_CLOCK = "openrecord/kit/clock.py"
READS_THE_CLOCK = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "date.today",
        "datetime.date.today",
        "timezone.now",
        "time.time",
        "time.time_ns",
        "time.gmtime",
        "time.localtime",
    }
)
COMMANDS = ("openrecord/ops/", "openrecord/config/command.py", "openrecord/flow/worker.py", "openrecord_demo/")
"""They answer on standard output; what they may say of a patient is each command's own affair."""


def test_one_file_reads_the_clock() -> None:
    """Monotonic clocks measure how long something took and are free to all."""
    readers = {
        f"{name}:{node.lineno}"
        for name, node in source.nodes(*source.OURS)
        if isinstance(node, ast.Attribute) and source.dotted(node) in READS_THE_CLOCK
    }
    assert {where.partition(":")[0] for where in readers} == {THE_ONE_CLOCK}, readers


def test_only_commands_print() -> None:
    printing = [
        f"{name}:{node.lineno}"
        for name, node in source.nodes(*source.OURS)
        if isinstance(node, ast.Call) and source.dotted(node.func) in {"print", "pprint", "pprint.pprint"}
    ]
    assert [where for where in printing if not where.startswith(COMMANDS)] == []


def test_no_traceback_is_logged_with_its_values() -> None:
    """`_log.exception` and `exc_info` write messages of exceptions that other people's code has filled."""
    logging = [
        f"{name}:{node.lineno}"
        for name, node in source.nodes("openrecord")
        if isinstance(node, ast.Call)
        and (source.dotted(node.func).endswith("log.exception") or any(k.arg == "exc_info" for k in node.keywords))
    ]
    assert logging == []
