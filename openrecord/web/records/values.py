"""What the record templates print. Frozen values, already in words; a template adds only HTML."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import msgspec

from openrecord.web.records.charts import Chart
from openrecord.web.records.elements import Json, decoded, mapping


class Line(NamedTuple):
    """One entry in a list. `value`, `aside`: the main and the lesser words; `tag`: a state worth seeing.

    `tone`: "plain" or "note", or "words" where the value is a text; it never says good or bad. `plain`: our own name of
    it, where the record's is another. A tuple, because templates unpack fifty of them a page.
    """

    href: str
    title: str
    date: str
    value: str = ""
    aside: str = ""
    tag: str = ""
    tone: str = "plain"
    plain: str = ""
    under: tuple["Line", ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Our own names on it and under it."""
        return (self.plain, *(below.plain for below in self.under))


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    heading: str
    lines: tuple[Line, ...]
    href: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Our own names on its lines."""
        return tuple(name for line in self.lines for name in line.names)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of an entry's own page. `quoted`: the value is said in the record's words and not in ours."""

    label: str
    value: str
    quoted: bool = False


class Piece(NamedTuple):
    """A piece of free text as written. `word`: the number of what explains it, 0 for none, with the `meaning`;
    `opens`: here the explanation can be opened; `tail`: what follows without a space and stays on the same line.
    """

    text: str
    meaning: str = ""
    word: int = 0
    opens: bool = False
    tail: str = ""


class Word(NamedTuple):
    """An abbreviation of a note and what it means."""

    number: int
    written: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Written:
    """Free text, a paragraph at a time, and the abbreviations in it. All pieces together are the text unchanged.

    `status`: whether a clinician has checked what they mean, in words.
    """

    paragraphs: tuple[tuple[Piece, ...], ...] = ()
    words: tuple[Word, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a test is, in general. `status`: whether a clinician has checked the text, in words."""

    name: str
    text: str
    status: str


class TrendRow(NamedTuple):
    """One value of a test in the table of them all. `converted`: in the unit of the chart, where that is another."""

    href: str
    date: str
    value: str
    converted: str
    range_text: str
    tag: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A test over time. `title`: what was measured; `summary`: what the chart shows, in a sentence;
    `apart`: a sentence about values that are only in the table; `chart`: None where fewer than two can be drawn.
    """

    title: str
    unit: str
    rows: tuple[TrendRow, ...]
    chart: Chart | None
    summary: str
    apart: str


@dataclass(frozen=True, slots=True)
class Detail:
    """An entry's own page.

    `lead`: the value that matters most, in large type, with its `tag` and `tone`; `comments`: what somebody said about
    a result; `paragraphs`: free text as written; `terse`: values of facts that have short forms too, such as a dosage;
    `written`: comments, paragraphs and these, with their abbreviations; `links`: other entries that this one names;
    `plain`: our own name of what it is about.
    """

    title: str
    date: str
    facts: tuple[Fact, ...]
    paragraphs: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    terse: tuple[str, ...] = ()
    lead: str = ""
    tag: str = ""
    tone: str = "plain"
    aside: str = ""
    links: tuple[Line, ...] = ()
    groups: tuple[Group, ...] = ()
    written: Written = Written()
    about: About | None = None
    trends: tuple[Trend, ...] = ()
    plain: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Our own names on its page."""
        return (self.plain, *(name for group in self.groups for name in group.names))


class Parts(msgspec.Struct, frozen=True, gc=False):
    """What a list of results reads of a body. Each element is JSON not taken apart yet, empty where it is absent."""

    resource_type: str = msgspec.field(name="resourceType", default="")
    id: str = ""
    status: msgspec.Raw = msgspec.Raw()
    type: msgspec.Raw = msgspec.Raw()
    code: msgspec.Raw = msgspec.Raw()
    quantity: msgspec.Raw = msgspec.field(name="valueQuantity", default=msgspec.Raw())
    ranges: msgspec.Raw = msgspec.field(name="referenceRange", default=msgspec.Raw())
    interpretation: msgspec.Raw = msgspec.Raw()
    conclusion: msgspec.Raw = msgspec.Raw()
    result: msgspec.Raw = msgspec.Raw()
    has_member: msgspec.Raw = msgspec.field(name="hasMember", default=msgspec.Raw())
    specimen: msgspec.Raw = msgspec.Raw()
    encounter: msgspec.Raw = msgspec.Raw()


_parts: msgspec.json.Decoder[Parts] = msgspec.json.Decoder(Parts)


def parts_of(raw: bytes) -> Parts:
    """The parts of a stored body."""
    return _parts.decode(raw)


class Shown(msgspec.Struct, frozen=True, dict=True):
    """One entry as the presenters take it: its local reference, its date in words, its R4 JSON.

    `href` is its own page; `base` is where the pages of the entries it refers to begin; `parts` are those of `raw`;
    `clinical`: its instant; `slug`: the section that lists it.
    """

    href: str
    base: str
    reference: str
    date: str
    raw: bytes
    parts: Parts
    clinical: datetime | None = None
    slug: str = ""

    @cached_property
    def body(self) -> Json:
        """The whole of it, taken apart; numbers with a point are Decimals, with the digits they came with."""
        return mapping(decoded(self.raw))


def facts(*rows: tuple[str, str] | Fact) -> tuple[Fact, ...]:
    """The rows, as label and value where the value is in our words, that have a value."""
    every = (row if isinstance(row, Fact) else Fact(*row) for row in rows)
    return tuple(fact for fact in every if fact.value)


def quoted(label: str, value: str) -> Fact:
    """A row whose value is in the record's words: they are English, whatever the language of the page."""
    return Fact(label, value, quoted=True)
