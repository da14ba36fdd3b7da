"""Precision and recall of the screening signals on labelled notes. Prints figures per label, never a text or an id."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from openrecord.clinical.signals.detect import signals
from openrecord.clinical.signals.types import SignalKind


@dataclass(frozen=True, slots=True)
class Score:
    """How often a signal was found where it should be, where it should not, and not where it should."""

    right: int
    wrong: int
    missed: int

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)


def scores(path: Path) -> dict[SignalKind, Score]:
    """The score of every kind on the notes in `path` (JSON Lines with text and labels)."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        found = {signal.kind.value for signal in signals(note["text"], (), None)}
        labelled = set(note["labels"])
        right.update(found & labelled)
        wrong.update(found - labelled)
        missed.update(labelled - found)
    return {kind: Score(right[kind.value], wrong[kind.value], missed[kind.value]) for kind in SignalKind}


def table(title: str, measured: dict[SignalKind, Score]) -> str:
    """The scores as lines to print."""
    rows = [
        f"{kind.value:<22}{score.right + score.missed:>5}{score.recall:>9.3f}{score.precision:>11.3f}"
        for kind, score in measured.items()
    ]
    return "\n".join([f"\n{title}", f"{'signal':<22}{'notes':>5}{'recall':>9}{'precision':>11}", *rows])


def below(measured: dict[SignalKind, Score], floors: dict[SignalKind, tuple[float, float]]) -> dict[str, str]:
    """What lies under its floor of (recall, precision); a kind without floor is an error."""
    return {
        kind.value: f"recall {score.recall:.3f}, precision {score.precision:.3f}"
        for kind, score in measured.items()
        if score.recall < floors[kind][0] or score.precision < floors[kind][1]
    }
