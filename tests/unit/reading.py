"""How hard a text is to read, for the tests of our own words.

Measured is the Flesch-Kincaid grade: 0.39 * words per sentence + 11.8 * syllables per word - 15.59; the reading age is
five years more. A syllable counts where the patterns of hyphenation or a group of vowels show one, whichever shows
more, so that a text is rather called too hard than too easy. It knows nothing of what a text means.
"""

import re
from collections.abc import Collection, Iterable
from functools import cache

from pyphen import Pyphen

AGE_OF_GRADE = 5
_WORD = re.compile(r"[\w'-]*[A-Za-z][\w'-]*")
_END = re.compile(r"(?<=[.!?:;])\s+|\n+")
_PATTERNS = Pyphen(lang="en_GB", left=2, right=2)


@cache
def syllables(word: str) -> int:
    """An estimate, one at least."""
    letters = re.sub("[^a-z]", "", word.lower())
    groups = len(re.findall("[aeiouy]+", letters))
    if re.search("[^aeiouyl]e$|[^aeiouytd]ed$", letters):
        groups -= 1
    return max(1, groups, len(_PATTERNS.positions(letters)) + 1)


def words_of(text: str) -> list[str]:
    """The words of a text; a number is none."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text: what follows a colon, a semicolon or a new line is read as one of its own."""
    return [each for each in _END.split(text.strip()) if _WORD.search(each)]


def age(texts: Iterable[str], allowed: Collection[str] = ()) -> float:
    """The reading age of texts in years. `allowed`: words that cannot be avoided, in small letters; each counts as a
    word of two syllables."""
    said = [sentence for text in texts for sentence in sentences(text)]
    words = [word for sentence in said for word in words_of(sentence)]
    heard = sum(2 if word.lower() in allowed else syllables(word) for word in words)
    return AGE_OF_GRADE + 0.39 * len(words) / len(said) + 11.8 * heard / len(words) - 15.59
