"""A note cut into words, clauses and sentences, as general practice writes them: telegraphic, with odd punctuation.

Every token knows its characters in the text, which is never changed: lower case and plain apostrophes exist only in the
words that lexicons are compared with.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""
      [wW]/(?:out\b|o\b)?                                     # w/ and w/out
    | \d{1,20}(?:[.,:/]\d{1,9})*                              # 15, 1.5, 120/80, 12/03/2024
    | [^\W\d_][^\W_]{0,63}(?:['\u2019`](?![sS]\b)[^\W\d_]+)*  # pt, S47, don't, O'Brien; not the possessive
    | ['\u2019`][sS]\b                                        # the possessive of mum's
    | [+-]ve\b                                                # -ve
    | \n[^\S\n]{0,9}                                          # a line end, with what indents the next line
    | (?<!\w)-|-(?!\w)                                        # a dash; the hyphen inside step-dad only parts two words
    | [^\w\s"\u201c\u201d\u2018-]                             # other signs; quotation marks do not part words
    """,
    re.VERBOSE,
)
_ABBREVIATED = frozenset({"dr", "mr", "mrs", "ms", "prof", "rev", "st", "approx", "eg", "ie", "vs", "incl"})
_ANSWERS = frozenset({"no", "nil", "none", "n", "nope", "never", "denies", "denied", "not"})
_SPELT_OUT = {"w/": "with", "w/o": "without", "w/out": "without"}
_SIGNS = frozenset(".;!?")
_GOES_ON = frozenset("),:;")
_WRAPPED_LINE = 50
"""A line shorter than this ends what it says; a longer one that goes on in lower case was only wrapped."""

CLAUSE_ENDS = frozenset({",", ":", "(", ")", "[", "]", "-", "\N{EN DASH}", "\N{EM DASH}", "*", "\N{BULLET}", "|", "?."})
"""Words after which a new thought may begin."""
KNOWN_WORDS = 16_384
"""So many different words are remembered: each is looked up once, and memory stays bounded."""
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

    def clause_end(self, first: int, most: int) -> int:
        """The token after the end of the clause of `first`, at most `most` tokens on."""
        stop = min(first + most, len(self.words))
        for index in range(first, stop):
            if self.words[index] in CLAUSE_ENDS:
                return index + 1
        return stop


@lru_cache(maxsize=KNOWN_WORDS)
def word_of(raw: str) -> str:
    """A token as lexicons know it: lower case, no apostrophe inside; the possessive is 's."""
    word = raw.lower()
    if len(word) > 1 and not word.isalnum():
        if word in _SPELT_OUT:
            return _SPELT_OUT[word]
        word = word.replace("\u2019", "'").replace("`", "'")
        return word if word == "'s" else word.replace("'", "")
    return word


def tokens_of(text: str) -> Tokens:
    """The words of `text` with their places, and where its sentences begin and end."""
    reader = _Reader(text)
    raws, words, starts = reader.raw, reader.words, reader.starts
    end = 0
    for raw in _TOKEN.findall(text):
        start = text.index(raw, end)
        end = start + len(raw)
        if raw in _SIGNS or raw[0] == "\n":
            reader.sign(raw, start, end)
        elif reader.asked:
            reader.add(raw, word_of(raw), start)
        else:  # what `add` does, without the cost of calling it for almost every word
            raws.append(raw)
            words.append(word_of(raw))
            starts.append(start)
    return reader.tokens()


class _Reader:
    """Collects tokens and notices where sentences end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.raw: list[str] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        self._sentences: list[tuple[int, int]] = []
        self._begun = 0
        self._line = 0
        self.asked = False

    def add(self, raw: str, word: str, start: int) -> None:
        """A word, or a sign that ends nothing."""
        if self.asked:
            self.asked = False
            if word not in _ANSWERS:  # a question and its answer (Any fever? No.) are one sentence
                self._end(len(self.raw) - 1)
        self.raw.append(raw)
        self.words.append(word)
        self.starts.append(start)

    def sign(self, raw: str, start: int, end: int) -> None:
        """A sign that may end a sentence."""
        before, after = self._text[max(0, start - 1) : start], self._text[end : end + 1]
        if raw == "?":
            asks = before not in ("", "?") and not before.isspace() and not after.isalnum()
            self.add(raw, ASKED if asks else QUERY, start)
            self.asked = asks
        elif raw == "!":
            self.add(raw, raw, start)
            if after != "!":
                self._end(len(self.raw))
        elif raw[0] == "\n":
            wrapped = start - self._line >= _WRAPPED_LINE and after.islower()
            self._line = end
            if not wrapped:
                self._stop(raw, start)
        elif raw == ";" or not self.raw or not _joins(self.raw[-1], after):
            self._stop(raw, start)

    def tokens(self) -> Tokens:
        """All that was read."""
        self._end(len(self.raw))
        return Tokens(self.raw, self.words, self.starts, self._sentences)

    def _stop(self, raw: str, start: int) -> None:
        """A sign that belongs to no sentence."""
        self.asked = False
        self._end(len(self.raw))
        self.add(raw, raw, start)
        self._begun = len(self.raw)

    def _end(self, stop: int) -> None:
        """End the sentence before the token `stop`; what has been read belongs to no later one."""
        if self._begun < stop:
            self._sentences.append((self._begun, stop))
        self._begun = len(self.raw)


def _joins(before: str, after: str) -> bool:
    """Whether a point only abbreviates or joins (Dr. Shah, J.M., e.g.) and ends no sentence."""
    if before.lower() in _ABBREVIATED or after in _GOES_ON:
        return True
    return after.isalnum() and (len(before) < 3 or not after.isupper())
