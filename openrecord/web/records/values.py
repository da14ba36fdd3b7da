"""What the record templates print. Frozen values, already in words; a template adds only HTML."""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Line(NamedTuple):
    """One entry in a list. `value`, `aside`: the main and the lesser words; `tag`: a state worth seeing.

    `tone`: "plain" or "note"; it never says good or bad. A tuple, because templates unpack fifty of them a page.
    """

    href: str
    title: str
    date: str
    value: str = ""
    aside: str = ""
    tag: str = ""
    tone: str = "plain"
    under: tuple["Line", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    heading: str
    lines: tuple[Line, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of an entry's own page."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Detail:
    """An entry's own page.

    `lead`: the value that matters most, in large type, with its `tag` and `tone`; `paragraphs`: free text as written;
    `links`: other entries that this one names.
    """

    title: str
    date: str
    facts: tuple[Fact, ...]
    paragraphs: tuple[str, ...] = ()
    lead: str = ""
    tag: str = ""
    tone: str = "plain"
    aside: str = ""
    links: tuple[Line, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as the presenters take it: its local reference, its date in words, its R4 JSON.

    `href` is its own page; `base` is where the pages of the entries it refers to begin.
    """

    href: str
    base: str
    reference: str
    date: str
    body: dict[str, Any]


def facts(*pairs: tuple[str, str]) -> tuple[Fact, ...]:
    """The pairs of label and value that have a value."""
    return tuple(Fact(label, value) for label, value in pairs if value)
