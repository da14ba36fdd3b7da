"""A note cut into words, clauses and sentences, as general practice writes them: telegraphic, with odd punctuation.

Every token knows its characters in the text, which is never changed: lower case and straight apostrophes exist only in
the words that lexicons are compared with.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""
      [wW]/(?:out\b|o\b)?                                # w/ and w/out
    | \d{1,20}(?:[.,:/]\d{1,9})*                         # 15, 1.5, 120/80, 12/03/2024
    | [^\W\d_][^\W_]{0,63}(?:['’`](?![sS]\b)[^\W\d_]+)*  # pt, S47, don't, O'Brien; not the possessive
    | ['’`][sS]\b                                        # the possessive of mum's
    | [+-]ve\b                                           # -ve
    | \n[^\S\n]{0,9}                                    # a line end, with what indents the next line
    | (?<!\w)-|-(?!\w)                                   # a dash; the hyphen inside step-dad only parts two words
    | [^\w\s"“”‘-]                                       # other signs; quotation marks do not part words
    """,
    re.VERBOSE,
)
_ABBREVIATED = frozenset("dr mr mrs ms prof rev st approx eg ie vs incl".split())
_ANSWERS = frozenset("no nil none n nope never denies denied not".split())
_STOPS = frozenset(".;!?")
_GOES_ON = frozenset("),:;")
CLAUSE_ENDS = frozenset(", : ( ) [ ] - – — * • | ?.".split())
"""Words after which a new thought may begin."""
_SPELT_OUT = {"w/": "with", "w/o": "without", "w/out": "without"}
_KNOWN_WORDS = 16_384
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
    sentences: list[tuple[int, int]]

    def span(self, first: int, stop: int) -> tuple[int, int]:
        """The characters, end exclusive, of the tokens from `first` to `stop` (exclusive)."""
        return self.starts[first], self.starts[stop - 1] + len(self.raw[stop - 1])


@lru_cache(maxsize=_KNOWN_WORDS)
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
    words: list[str] = []
    starts: list[int] = []
    sentences: list[tuple[int, int]] = []
    found = _TOKEN.findall(text)
    begun = line = end = 0
    for index, each in enumerate(found):
        start = text.index(each, end)
        end = start + len(each)
        word = word_of(each)
        if each in _STOPS or each[0] == "\n":
            after = text[end : end + 1]
            if each == ".":
                if raw and _joins(raw[-1], after):
                    continue
                stops = True
            elif each == "?":
                asks = start > 0 and not text[start - 1].isspace() and text[start - 1] != "?" and not after.isalnum()
                stops = asks and found[index + 1 : index + 2] != [] and word_of(found[index + 1]) not in _ANSWERS
                word = ASKED if asks else QUERY
            elif each[0] == "\n":
                wrapped = start - line >= _WRAPPED_LINE and after.islower()
                line = end
                if wrapped:
                    continue
                stops = True
            else:
                stops = each == ";" or found[index + 1 : index + 2] != ["!"]
            if stops:
                stop = len(raw) + (each == "!")
                if begun < stop:
                    sentences.append((begun, stop))
                begun = len(raw) + 1
        raw.append(each)
        words.append(word)
        starts.append(start)
    if begun < len(raw):
        sentences.append((begun, len(raw)))
    return Tokens(raw, words, starts, sentences)


def _joins(before: str, after: str) -> bool:
    """Whether a point only abbreviates or joins (Dr. Shah, J.M., e.g.) and ends no sentence."""
    if before.lower() in _ABBREVIATED or after in _GOES_ON:
        return True
    return after.isalnum() and (len(before) < 3 or not after.isupper())
