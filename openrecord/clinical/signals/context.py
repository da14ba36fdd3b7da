"""Which words of a note stand in which context: negated, family history, staff training and so on.

After NegEx (Chapman and others, J Biomed Inform 2001;34:301): a cue reaches forward or back until the sentence takes a
turn (but, however), at most so many words. Notes list without verbs, so a comma or "and" ends a reach only where a new
subject or statement begins after it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from openrecord.clinical.signals.lexicon import Cue, Reach
from openrecord.clinical.signals.phrases import Found, Note
from openrecord.clinical.signals.tokens import ends_clause

_TURN = "<turn>"
_NEW_STATEMENT = "<new_statement>"
_SHORT_ITEM = 3
"""An item of a list ("SI, self harm denied") has at most so many words."""


class Contexts:
    """The stretches of tokens that stand in each context."""

    def __init__(self, note: Note, cues: Iterable[Found[Cue]], known: Mapping[str, bool]) -> None:
        """`known`: contexts in which the whole note stands, or does not stand, whatever it says."""
        self._note = note
        self._stretches: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._all = (0, len(note.tokens.words))
        found = [cue for cue in cues if cue.meaning.context not in known]
        undoing = [each for each in found if each.meaning.undoes]
        for each in found:
            if not any(_undone(each, other) for other in undoing):
                self._stretches[each.meaning.context].append(self._reached(each))
        for context, holds in known.items():
            if holds:
                self._stretches[context].append(self._all)

    def lend(self, context: str, first: int) -> None:
        """Put the whole sentence of the token `first` into `context`."""
        self._stretches[context].append(self._sentence(first))

    def holds(self, context: str, first: int, stop: int) -> bool:
        """Whether any of the tokens from `first` to `stop` (exclusive) stands in `context`."""
        return any(begin < stop and first < end for begin, end in self._stretches.get(context, ()))

    def _reached(self, found: Found[Cue]) -> tuple[int, int]:
        begin, end = self._sentence(found.first)
        within = found.meaning.within
        match found.meaning.reach:
            case Reach.ITSELF:
                return found.first, found.stop
            case Reach.FORWARD:
                return found.stop, self._forward(found.stop, min(end, found.stop + within))
            case Reach.CLAUSE_FORWARD:
                return found.stop, min(self._clause(found, begin, end)[1], found.stop + within)
            case Reach.BACK:
                return self._back(found.first, max(begin, found.first - within)), found.first
            case Reach.CLAUSE:
                return self._clause(found, begin, end)
            case Reach.SENTENCE:
                return begin, end
            case Reach.NOTE:
                return self._all

    def _sentence(self, index: int) -> tuple[int, int]:
        return next((begin, end) for begin, end in self._note.tokens.sentences if begin <= index < end)

    def _forward(self, first: int, end: int) -> int:
        words, symbols = self._note.tokens.words, self._note.symbols
        for index in range(first, end):
            if _TURN in symbols[index]:
                return index
            if index > first and _NEW_STATEMENT in symbols[index] and _may_begin(words[index - 1]):
                return index
        return end

    def _back(self, stop: int, begin: int) -> int:
        words, symbols = self._note.tokens.words, self._note.symbols
        item = stop
        for index in range(stop - 1, begin - 1, -1):
            if _TURN in symbols[index]:
                return index + 1
            if words[index] in {",", "and", "("} and index < stop - 1:
                if item - index > _SHORT_ITEM + 1 or _NEW_STATEMENT in symbols[index + 1]:
                    return index + 1
                item = index
        return begin

    def _clause(self, found: Found[Cue], begin: int, end: int) -> tuple[int, int]:
        words, symbols = self._note.tokens.words, self._note.symbols
        first, stop = found.first, found.stop
        while first > begin and not ends_clause(words[first - 1]) and _TURN not in symbols[first - 1]:
            first -= 1
        while stop < end and not ends_clause(words[stop]) and _TURN not in symbols[stop]:
            stop += 1
        return first, stop


def _may_begin(before: str) -> bool:
    return before == "and" or ends_clause(before)


def _undone(cue: Found[Cue], other: Found[Cue]) -> bool:
    return other.meaning.undoes == cue.meaning.context and other.first <= cue.first and cue.stop <= other.stop
