"""Plain words beside what the source wrote: abbreviations of a note explained, and what a test is.

The original stays in place, letter by letter; what we add is marked as ours and as general (R12).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest

from openrecord.clinical.abbreviations import Span, find, glossary
from openrecord.clinical.explanations import explanations
from openrecord.clinical.plain_names import explained, name_of
from openrecord.clinical.plain_terms import plain_terms
from openrecord.web.records.elements import Json, mapping
from openrecord.web.records.values import About, Piece, Word, Written
from openrecord.web.text import gettext as _

_TESTS = frozenset({"Observation", "DiagnosticReport"})
_UNREVIEWED = "unreviewed"
_WORD = re.compile(r"\w+")
_TAIL = re.compile(r"\S{1,20}")


def written(paragraphs: Sequence[str]) -> Written:
    """Free text with its abbreviations. Each can be opened once in a paragraph, so that the tab key is not tried."""
    words: dict[tuple[str, str], Word] = {}
    pieces = tuple(tuple(_pieces(text, words)) for text in paragraphs)
    return Written(pieces, tuple(words.values()), _status(glossary().statuses) if words else "")


def _status(statuses: Collection[str]) -> str:
    """One file that nobody has reviewed is enough."""
    return _("A clinician has not checked our words yet.") if _UNREVIEWED in statuses else _("Checked by a clinician.")


def _pieces(text: str, words: dict[tuple[str, str], Word]) -> Iterator[Piece]:
    at = 0
    opened: set[int] = set()
    spans = find(text)
    for span, following in zip_longest(spans, spans[1:]):
        if span.start > at:
            yield Piece(text[at : span.start])
        piece, meaning = text[span.start : span.end], _meaning(span)
        word = words.setdefault((piece.casefold(), meaning), Word(len(words) + 1, piece, meaning))
        tail = _TAIL.match(text, span.end, len(text) if following is None else following.start)
        at = span.end if tail is None else tail.end()
        yield Piece(piece, meaning, word.number, word.number not in opened, text[span.end : at])
        opened.add(word.number)
    if at < len(text):
        yield Piece(text[at:])


def _meaning(span: Span) -> str:
    if len(span.meanings) == 1:
        return span.meanings[0]
    return _("can mean: %(meanings)s") % {"meanings": _("; or: ").join(span.meanings)}


def about(body: Json) -> About | None:
    """What the test of an Observation or a report is, where a text is known for its code or its words."""
    if body.get("resourceType") not in _TESTS:
        return None
    found = explained(dict(mapping(body.get("code"))))
    return None if found is None else About(found.name, found.text, _status({found.review}))


def plain_name(code: Json, title: str) -> str:
    """Our own name of the test or term with this code, where it says what the title does not; else empty."""
    name = name_of(dict(code))
    return "" if _words(name) <= _words(title) else name


def plain_of(body: Json, title: str) -> str:
    """Our own name of what an entry is about: of its test, condition, vaccine or operation."""
    return plain_name(mapping(body.get("code") or body.get("vaccineCode")), title)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def about_names(names: Iterable[str]) -> str:
    """What is said below a list whose entries have these plain names of ours; empty where none has."""
    if not any(names):
        return ""
    ours = _("The grey words below a name are ours, and general.")
    return f"{ours} {_status(_reviews())}"


@cache
def _reviews() -> frozenset[str]:
    return frozenset((*(each.review for each in explanations().all), *(each.review for each in plain_terms().all)))
