"""Plain words beside what the source wrote: abbreviations of a note explained, and what a test is.

The original stays in place, letter by letter; what we add is marked as ours and as general (R12).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from openrecord.clinical.abbreviations import Span, find, glossary
from openrecord.clinical.codes import codings
from openrecord.clinical.explanations import explanation
from openrecord.web.records.elements import Json, mapping, objects, text_of
from openrecord.web.records.values import About, Piece, Word, Written
from openrecord.web.text import gettext as _

_TESTS = frozenset({"Observation", "DiagnosticReport"})
_UNREVIEWED = "unreviewed"
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
    code = mapping(body.get("code"))
    displays = (text_of(coding.get("display")) for coding in objects(code.get("coding")))
    found = explanation(codings(code), (text_of(code.get("text")), *displays))
    if found is None:
        return None
    return About(found.name, found.text, _status({found.review}))
