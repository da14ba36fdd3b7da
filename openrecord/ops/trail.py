"""`openrecord audit verify`: whether the audit trail is whole. Reads only; sealing is the worker's."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from openrecord.audit import queries, tasks
from openrecord.audit.types import DailyRoot, Problem, Verdict
from openrecord.kit import clock
from openrecord.ops.printing import print_json


def verify(arguments: argparse.Namespace) -> int:
    """Recompute the whole chain; 1 where anything was altered, removed or re-ordered."""
    verdict = queries.verify()
    root = queries.last_root()
    if arguments.json:
        print_json(_as_json(verdict, root))
    else:
        _print(verdict, root)
    return 0 if verdict.ok else 1


def seal_what_a_command_did() -> None:
    """Take up into the chain what this command has done, so that it is sealed where no worker runs."""
    tasks.seal(at=clock.now())


def _as_json(verdict: Verdict, root: DailyRoot | None) -> Mapping[str, object]:
    return {
        "ok": verdict.ok,
        "seals": verdict.seals,
        "roots": verdict.roots,
        "unsealed": verdict.unsealed,
        "head": verdict.head,
        "last_root": None if root is None else asdict(root),
        "problem_count": verdict.problem_count,
        "problems": [asdict(problem) for problem in verdict.problems],
    }


def _print(verdict: Verdict, root: DailyRoot | None) -> None:
    print("The trail is whole." if verdict.ok else f"THE TRAIL IS NOT WHOLE: {verdict.problem_count} problems.")
    print(f"{verdict.seals} rows sealed, {verdict.unsealed} not sealed yet, {verdict.roots} daily roots")
    print(f"head {verdict.head.hex()}")
    if root is not None:
        print(f"last root {root.day}, number {root.number}: {root.chain.hex()}")
    for problem in verdict.problems:
        print(f"  {_in_words(problem)}")


def _in_words(problem: Problem) -> str:
    where = f" ({problem.source}, writer {problem.writer}, sequence {problem.sequence})" if problem.source else ""
    number = f" number {problem.number}" if problem.number else ""
    return f"{problem.kind.value}:{number}{where}"
