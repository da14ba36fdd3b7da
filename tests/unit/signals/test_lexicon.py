"""The lexicon files: reviewed or not, and without mistakes that would pass unseen."""

import tomllib
from pathlib import Path

from openrecord.clinical.signals import lexicon as module
from openrecord.clinical.signals.lexicon import Cue, Reach, lexicon
from openrecord.clinical.signals.types import SignalKind

FOLDER = Path(module.__file__).parents[1] / "data" / "signals"
FILES = {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))}
FROM_THE_AGE = {"minor", "adult"}
"""Contexts that the caller may know without a cue."""
FROM_OTHER_SIGNALS = {kind.value for kind in SignalKind}
"""Contexts of a note that has that signal."""
FROM_THE_SENTENCE = {"alone"}
"""Contexts that follow from where a phrase stands."""


def test_every_file_says_that_nobody_has_reviewed_it() -> None:
    assert len(FILES) > 10
    assert {listed["review"]["status"] for listed in FILES.values()} == {"unreviewed"}


def test_every_signal_has_phrases() -> None:
    assert {listed["signal"] for listed in FILES.values() if "signal" in listed} == {kind.value for kind in SignalKind}


def test_every_context_asked_for_can_arise() -> None:
    asked = {
        context
        for listed in FILES.values()
        for group in listed.get("group", ())
        for context in (*group.get("unless", listed.get("unless", ())), *group.get("only", ()))
    }
    given = {cue["context"] for listed in FILES.values() for cue in listed.get("cue", ())}
    lent = {group["lends"] for listed in FILES.values() for group in listed.get("group", ()) if "lends" in group}
    assert asked - given - lent - FROM_THE_AGE - FROM_OTHER_SIGNALS - FROM_THE_SENTENCE == set()


def test_compiled_once() -> None:
    assert lexicon() is lexicon()


def test_meanings_are_told_apart_by_themselves() -> None:
    one, other = (Cue("negated", Reach.FORWARD, 1, None) for _ in range(2))
    assert one != other
