"""A note cut into words, clauses and sentences, as general practice writes them: telegraphic, with odd punctuation.

Every token knows its characters in the text, which is never changed: lower case and straight apostrophes exist only in
the words that lexicons are compared with.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      [wW]/(?:out\b|o\b)?                                # w/ and w/out
    | \d+(?:[.,:/]\d+)*                                  # 15, 1.5, 120/80, 12/03/2024
    | [^\W\d_][^\W_]*(?:['’`](?![sS]\b)[^\W\d_]+)*       # pt, S47, don't, O'Brien; not the possessive
    | ['’`][sS]\b                                        # the possessive of mum's
    | [+-]ve\b                                           # -ve
    | [^\S\n]*\n\s*                                      # line ends, however many
    | (?<!\w)-|-(?!\w)                                   # a dash; the hyphen inside step-dad only parts two words
    | [^\w\s"“”‘-]                                      # other signs; quotation marks do not part words
    """,
    re.VERBOSE,
)
_ABBREVIATED = frozenset("dr mr mrs ms prof rev st approx eg ie vs incl no tel ext cons".split())
_ANSWERS = frozenset("no nil none n nope never denies denied not".split())
_CLAUSE_ENDS = frozenset(", : ( ) [ ] - – — * • | ?.".split())
_SPELT_OUT = {"w/": "with", "w/o": "without", "w/out": "without"}
_WRAPPED_LINE = 50
"""A line shorter than this ends what it says; a longer one that goes on in lower case was only wrapped."""

QUERY = "?"
"""The word for a question mark that stands before what is doubted (?viral)."""
ASKED = "?."
"""The word for a question mark after what is asked (Any fever?)."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text in order.

    `raw` is as typed; `words` are what lexicons know. `sentences` holds the first and the last (exclusive) token of
    each sentence; the full stops and line ends between them belong to none.
    """

    raw: list[str]
    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[tuple[int, int]]


def ends_clause(word: str) -> bool:
    """Whether a new thought may begin after this word."""
    return word in _CLAUSE_ENDS


def word_of(raw: str) -> str:
    """A token as lexicons know it: lower case, no apostrophe inside; the possessive is 's."""
    word = raw.lower()
    if len(word) > 1 and not word.isalnum():
        if word in _SPELT_OUT:
            return _SPELT_OUT[word]
        word = word.replace("’", "'").replace("`", "'")
        return word if word == "'s" else word.replace("'", "")
    return word


def tokens_of(text: str) -> Tokens:
    """The words of `text` with their places, and where its sentences begin and end."""
    raw: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    line = 0
    for match in _TOKEN.finditer(text):
        each = match[0]
        start, end = match.span()
        if "\n" in each:
            wrapped = start - line >= _WRAPPED_LINE and text[end : end + 1].islower()
            line = end
            if wrapped:
                continue
        elif each == "." and raw and _joins(raw[-1], text[end : end + 1]):
            continue
        raw.append(each)
        starts.append(start)
        ends.append(end)
    words = [word_of(each) for each in raw]
    return Tokens(raw, words, starts, ends, _sentences(text, raw, words, starts, ends))


def _sentences(
    text: str, raw: list[str], words: list[str], starts: list[int], ends: list[int]
) -> list[tuple[int, int]]:
    sentences = []
    begun = 0
    for index, each in enumerate(raw):
        if each[0].isalnum():
            continue
        if each == "?":
            if not _asks(text, starts[index], ends[index]):
                continue
            words[index] = ASKED
            stops = index + 1 >= len(words) or words[index + 1] not in _ANSWERS
        else:
            stops = each in ".;" or "\n" in each or (each == "!" and raw[index + 1 : index + 2] != ["!"])
        if stops:
            stop = index + 1 if each == "!" else index
            if begun < stop:
                sentences.append((begun, stop))
            begun = index + 1
    if begun < len(raw):
        sentences.append((begun, len(raw)))
    return sentences


def _asks(text: str, start: int, end: int) -> bool:
    """Whether a question mark follows what it asks; before a word it means doubt."""
    return start > 0 and not text[start - 1].isspace() and not text[end : end + 1].isalnum() and text[start - 1] != "?"


def _joins(before: str, after: str) -> bool:
    """Whether a point only abbreviates or joins (Dr. Shah, J.M., e.g.) and ends no sentence."""
    return before.lower() in _ABBREVIATED or (after.isalnum() and (len(before) < 3 or not after.isupper()))
