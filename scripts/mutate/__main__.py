"""Mutation test of the pure rules: is there a test that fails when a rule is wrong?

Every mutant (one small wrong change, see operators.py) meets the tests of tests/unit/rules in a process of its own. It
is killed if one of them fails, or survives. Survivors that mean the same as the rule stand in equivalent.toml with the
reason; any other survivor, and a line there that no survivor needs, makes the command fail.

    python -m scripts.mutate [FILE ...] [--tests PATH ...]
"""

import argparse
import importlib
import importlib.abc
import importlib.util
import io
import os
import resource
import sys
import time
import tomllib
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from math import ceil
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

import tests.environment  # noqa: F401  (the children share one data folder, which this process removes)
from scripts.mutate.operators import Mutant, mutants

ROOT = Path(__file__).parents[2]
RULES = (
    "openrecord/access/rules/*.py",
    "openrecord/caseload/rules/*.py",
    "openrecord/screening/rules/*.py",
    "openrecord/ingest/rules/*.py",
    "openrecord/registry/rules/*.py",
    "openrecord/kit/london.py",
    "openrecord/clinical/dates.py",
    "openrecord/clinical/nhs_number.py",
)
TESTS = ("tests/unit/rules",)
ACCEPTED = Path(__file__).with_name("equivalent.toml")
PATIENCE = 3
"""A mutant that takes so many times what the rules themselves take hangs."""

LONGEST = 600
"""Seconds that the tests of the rules themselves may take."""

MEMORY = 4 << 30

Key = tuple[str, str, str, str]


class _Loader(SourceFileLoader):
    """Loads one module from a mutant's source."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(ROOT / mutant.file))
        self._source = mutant.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.get_filename(fullname), "exec")


class _Importer(importlib.abc.MetaPathFinder):
    """Stands before the other importers and answers for the mutant's module only."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = _module(mutant.file)
        self._mutant = mutant

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, _Loader(fullname, self._mutant))


def _module(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _nearest_first(file: str) -> list[list[str]]:
    """The tests named after a rule's file (access/rules/codes.py has tests/unit/rules/access/test_codes.py), those of
    its station, and all: most mutants are killed before the last."""
    station = f"tests/unit/rules/{Path(file).parts[1]}"
    near = (f"{station}/test_{Path(file).name}", station)
    return [*([path] for path in near if (ROOT / path).exists()), list(TESTS)]


def _passes(tests: Sequence[str]) -> bool:
    """Pure tests need no plugins, which take longer to load than the tests to run."""
    options = ["-x", "--tb=no", "--assert=plain", "--disable-plugin-autoload", "-p", "no:cacheprovider"]
    return pytest.main([*options, "-W", "ignore::pytest.PytestWarning", *tests]) == pytest.ExitCode.OK


def _in_child(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Whether the tests pass; without a mutant, as the files are."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {"openrecord", "tests"}]:
        del sys.modules[name]
    if mutant is None:
        return _passes(tests)
    sys.meta_path.insert(0, _Importer(mutant))
    return all(map(_passes, _nearest_first(mutant.file) if tuple(tests) == TESTS else [tests]))


def tried(mutant: Mutant | None, tests: Sequence[str], seconds: int) -> tuple[bool, float]:
    """Whether every test passes, in a process of its own, and its CPU time.

    One that takes more than so many `seconds` of it, or fills the memory, does not survive.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if mutant is not None:
            sys.stdout = sys.stderr = io.StringIO()
        os._exit(0 if _in_child(mutant, tests) else 1)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status) == 0, used.ru_utime + used.ru_stime


def _key(mutant: Mutant) -> Key:
    return mutant.file, mutant.function, mutant.before, mutant.after


def accepted() -> dict[Key, str]:
    """The mutants that mean the same as the rule, each with the reason."""
    found = {}
    for place, rows in tomllib.loads(ACCEPTED.read_text(encoding="utf-8")).items():
        file, _, function = place.partition(":")
        for row in rows:
            found.update({(file, function, row["before"], after): row["reason"] for after in row["after"]})
    return found


def _all_of(file: str) -> list[Mutant]:
    source = (ROOT / file).read_text(encoding="utf-8")
    return list(mutants(file, source, vars(importlib.import_module(_module(file)))))


def _row(file: str, made: int, alive: Sequence[Mutant], known: dict[Key, str], seconds: float) -> str:
    equivalent = sum(_key(mutant) in known for mutant in alive)
    killed = made - len(alive)
    return f"{file:<46}{made:>8}{killed:>8}{equivalent:>11}{len(alive) - equivalent:>10}{seconds:>7.0f} s"


def _run(files: Sequence[str], tests: Sequence[str], known: dict[Key, str], seconds: int) -> list[Mutant]:
    """The survivors; prints a row per file as it is done."""
    print(f"{'file':<46}{'mutants':>8}{'killed':>8}{'equivalent':>11}{'survived':>10}{'time':>9}")
    started = time.monotonic()
    number = 0
    survivors: list[Mutant] = []
    for file in files:
        began = time.monotonic()
        made = _all_of(file)
        alive = [mutant for mutant in made if tried(mutant, tests, seconds)[0]]
        number += len(made)
        survivors += alive
        print(_row(file, len(made), alive, known, time.monotonic() - began))
    print(_row("in all", number, survivors, known, time.monotonic() - started))
    return survivors


def main() -> int:
    """Runs the mutants of the files given, or of all rules; 0 if only accepted ones survive."""
    parser = argparse.ArgumentParser(prog="mutate", description="Mutation test of the pure rules.")
    parser.add_argument("files", nargs="*", help="default: every rule")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="default: %(default)s")
    options = parser.parse_args()
    os.chdir(ROOT)
    files = options.files or sorted(str(path.relative_to(ROOT)) for rule in RULES for path in ROOT.glob(rule))
    found = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # whether, not the simplest: that takes minutes each
    hypothesis.settings.register_profile("mutate", derandomize=True, database=None, deadline=None, phases=found)
    hypothesis.settings.load_profile("mutate")
    passed, used = tried(None, options.tests, LONGEST)
    if not passed:
        print("the tests fail without a mutant")
        return 2
    known = accepted()
    survivors = _run(files, options.tests, known, ceil(used * PATIENCE))
    unexplained = [mutant for mutant in survivors if _key(mutant) not in known]
    for mutant in unexplained:
        print(f"\n{mutant.file}:{mutant.line} {mutant.function}\n- {mutant.before}\n+ {mutant.after}")
    needed = {_key(mutant) for mutant in survivors}
    idle = [key for key in known if key[0] in files and key not in needed]
    for file, function, before, after in idle:
        print(f"\nequivalent.toml names what does not survive: {file} {function}\n- {before}\n+ {after}")
    return 1 if unexplained or idle else 0


if __name__ == "__main__":
    sys.exit(main())
