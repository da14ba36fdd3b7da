"""What a search found: each entry's line with the words marked, and where its text says them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from openrecord.clinical.wording import folded, hits, spoken
from openrecord.web.records.timeline import kind_of, line_of, month_of
from openrecord.web.records.values import Shown

BEFORE, BEHIND = 60, 120
"""Letters of a text shown on either side of the first word found in it."""

_CUT = "…"


class Piece(NamedTuple):
    """A piece of text, marked where it is a word that was asked for."""

    text: str
    is_hit: bool


Pieces = tuple[Piece, ...]


class Hit(NamedTuple):
    """One entry that was found. `passages`: of its text, for words that neither title, value nor `plain` shows."""

    kind: str
    href: str
    title: Pieces
    date: str
    value: Pieces
    aside: str
    tag: str
    tone: str
    plain: Pieces
    passages: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class HitMonth:
    """What was found in a month, newest first."""

    heading: str
    hits: tuple[Hit, ...]


def found_months(page: Sequence[Shown], asked: Sequence[str]) -> tuple[HitMonth, ...]:
    """One page of what was found. `asked`: the words, folded, the last perhaps only a beginning."""
    return tuple(
        HitMonth(heading, tuple(_hit(shown, asked) for shown in of_month))
        for heading, of_month in groupby(page, key=month_of)
    )


def _hit(shown: Shown, asked: Sequence[str]) -> Hit:
    href, title, date, value, aside, tag, tone, plain, _under = line_of(shown)
    told = {word for text in (title, value, plain) for word in _words(text, asked)}
    passages: list[Pieces] = []
    for text in spoken(shown.raw):
        new = set(_words(text, asked)) - told
        if new:
            told |= new
            passages.append(_passage(text, asked, new))
    named, valued, ours = (pieces(text, asked) for text in (title, value, plain))
    return Hit(kind_of(shown), href, named, date, valued, aside, tag, tone, ours, tuple(passages))


def _words(text: str, asked: Sequence[str]) -> list[str]:
    """The words of the text that were asked for, folded."""
    return [folded(text[start:end]) for start, end in hits(text, asked)]


def pieces(text: str, asked: Sequence[str]) -> Pieces:
    """The text in pieces that together are the text."""
    made: list[Piece] = []
    at = 0
    for start, end in hits(text, asked):
        if start > at:
            made.append(Piece(text[at:start], is_hit=False))
        made.append(Piece(text[start:end], is_hit=True))
        at = end
    if at < len(text):
        made.append(Piece(text[at:], is_hit=False))
    return tuple(made)


def _passage(text: str, asked: Sequence[str], new: set[str]) -> Pieces:
    """The text around the first of the new words, cut between words."""
    place = next(start for start, end in hits(text, asked) if folded(text[start:end]) in new)
    begin, end = max(0, place - BEFORE), min(len(text), place + BEHIND)
    if begin > 0:
        begin = text.find(" ", begin, place) + 1 or place
    if end < len(text):
        end = max(text.rfind(" ", place, end), 0) or end
    cut = text[begin:end].strip()
    return pieces(f"{_CUT if begin > 0 else ''}{cut}{_CUT if end < len(text) else ''}", asked)
