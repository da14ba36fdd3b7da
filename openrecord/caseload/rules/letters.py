"""The drafts of decision letters in data/letters.toml: a person reads and changes one before it is sent."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from openrecord.caseload.types import Kind, Outcome

PARTS = "{parts}"
"""Where a draft names the parts of the history that were opened."""


@cache
def _drafts() -> Mapping[str, Mapping[str, str]]:
    with (files("openrecord.caseload") / "data" / "letters.toml").open("rb") as file:
        read = tomllib.load(file)
    return {kind.value: read[kind.value] for kind in Kind}


def draft(kind: Kind, outcome: Outcome, parts: str) -> str:
    """The draft for an answer; `parts`: the opened parts in words, for history."""
    return _drafts()[kind.value].get(outcome.value, "").replace(PARTS, parts)
