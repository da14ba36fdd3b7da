"""The checklist for going live, from data/readiness.toml: its items, the reasons, and how far a practice is (R49)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from openrecord.registry.types import Readiness, ReadinessAnswer, ReadinessItem

OTHER = "other"
"""The reason that says nothing by itself: the evidence does."""


class UnknownItem(LookupError):
    """The checklist has no such item."""


class ReasonMissing(ValueError):
    """What is not ready needs a reason of the list."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """The items in their order, and the reasons why something is not ready (key to words). `status`: of its review."""

    status: str
    items: tuple[ReadinessItem, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items a practice has settled (ready, or not applicable), said to be not ready, or not answered."""

    settled: int
    not_ready: int
    unanswered: int

    @property
    def complete(self) -> bool:
        """Whether nothing stands in the way of going live."""
        return not self.not_ready and not self.unanswered


@cache
def checklist() -> Checklist:
    """The checklist of this version."""
    text = (files("openrecord.registry") / "data" / "readiness.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Checklist(
        data["review"]["status"],
        tuple(ReadinessItem(**item) for item in data["items"]),
        data["reasons"],
    )


def check(item: str, state: Readiness, reason: str) -> None:
    """Refuse an answer to no item, or "not ready" without a reason. Raises UnknownItem, ReasonMissing."""
    if item not in {known.key for known in checklist().items}:
        raise UnknownItem
    if state is Readiness.NOT_READY and reason not in checklist().reasons:
        raise ReasonMissing


def progress(answers: Mapping[str, ReadinessAnswer]) -> Progress:
    """How far a practice is, by its newest answers; an answer to what is no item any more counts for nothing."""
    states = [answers[item.key].state if item.key in answers else None for item in checklist().items]
    not_ready = states.count(Readiness.NOT_READY)
    unanswered = states.count(None)
    return Progress(len(states) - not_ready - unanswered, not_ready, unanswered)
