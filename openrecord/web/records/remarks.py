"""What people wrote beside the codes: notes of a consultation, comments on a result, and how a list shows them."""

from collections.abc import Sequence

from openrecord.clinical.codes import COMMENT_NOTE, LABORATORY_CATEGORIES, codes_of
from openrecord.web.records.elements import Json, concept, mapping, notes, objects, text_of
from openrecord.web.records.values import Line, Shown
from openrecord.web.text import gettext as _

_LONGEST_EXCERPT = 100
_MEASURED = LABORATORY_CATEGORIES | {"imaging", "vital-signs"}
"""Categories of what was measured or found: words in the place of a value are a result, no note."""


def is_note(body: Json) -> bool:
    """Whether the entry is words only: a note under a heading such as "History", or a comment."""
    categories = codes_of(body.get("category"))
    if body.get("resourceType") == "Observation":
        if COMMENT_NOTE in codes_of(body.get("code")):
            return True
        if "valueString" in body and _MEASURED.isdisjoint(categories):
            return True
    return "comment" in categories


def note_texts(body: Json) -> tuple[str, ...]:
    """The words of a note entry, the first after the heading under which they were written ("Plan: rest")."""
    words = text_of(body.get("valueString"))
    texts = ((words,) if words else ()) + notes(body)
    heading = concept(body.get("code")) if words else _heading(body)
    return (f"{heading}: {texts[0]}", *texts[1:]) if heading and texts else texts


def _heading(body: Json) -> str:
    """What the source wrote beside the code of a consultation's note, which itself says no more than that it is one."""
    code = mapping(body.get("code"))
    named = {text_of(coding.get("display")) for coding in objects(code.get("coding"))}
    heading = text_of(code.get("text"))
    return "" if heading in named or "encounter" not in body else heading


def title_of(body: Json) -> str:
    """A note, or (as GP Connect sends what a clinician says when filing) a comment on a result."""
    return _("Comment on a result") if "derivedFrom" in body else _("Note")


def subject_of(body: Json) -> str:
    """What a comment says that it is about."""
    return concept(body.get("valueCodeableConcept")) if "derivedFrom" in body else ""


def line(shown: Shown) -> Line:
    """A note in a list, with how it begins: a list of nothing but "Note" tells nobody which is which."""
    body = shown.body
    return Line(shown.href, title_of(body), shown.date, excerpt(note_texts(body)), subject_of(body), tone="words")


def comments_of(members: Sequence[Shown]) -> tuple[str, ...]:
    """What was said about a result: the words of the comments among its members."""
    return tuple(words for member in members if is_note(member.body) for words in note_texts(member.body))


def excerpt(texts: Sequence[str]) -> str:
    """How the first text begins, cut between words where it is long."""
    words = " ".join(texts[0].split()) if texts else ""
    if len(words) <= _LONGEST_EXCERPT:
        return words
    cut = words[: _LONGEST_EXCERPT + 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut[:-1]}…"
