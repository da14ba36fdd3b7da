"""Which words of a note stand in which context: negated, family history, staff training and so on.

After NegEx (Chapman and others, J Biomed Inform 2001;34:301): a cue reaches forward or back until the sentence takes a
turn (but, however), at most so many words. Notes list without verbs, so a comma or "and" ends a reach only where a new
subject or statement begins after it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from openrecord.clinical.signals.lexicon import Cue, Reach
from openrecord.clinical.signals.phrases import Found
from openrecord.clinical.signals.tokens import CLAUSE_ENDS
from openrecord.clinical.signals.vocabulary import Note

_TURN = "<turn>"
_NEW_STATEMENT = "<new_statement>"
_AFFIRMED_BY = "<affirmed_by>"
_PARTS = CLAUSE_ENDS | {"and"}
_NOWHERE = -1
_SIGNS = frozenset({"!", "?", "?."})
_ALONE = "alone"
"""The context of a phrase that is a whole sentence (Ridiculous.); no cue gives it."""
_SHORT_ITEM = 3
"""An item of a list ("SI, self harm denied") has at most so many words."""


class Contexts:
    """The stretches of tokens that stand in each context."""

    def __init__(
        self, note: Note, cues: Iterable[Found[Cue]], wanted: AbstractSet[str], known: Mapping[str, bool]
    ) -> None:
        """`wanted`: the contexts that anybody will ask for. `known`: contexts in which the whole note stands, or does
        not stand, whatever it says."""
        self._note = note
        self._stretches: dict[str, list[tuple[int, int, int]]] = {}
        self._all = (0, len(note.tokens.words))
        found = [cue for cue in cues if cue.meaning.context not in known]
        undoing = [each for each in found if each.meaning.undoes in wanted]
        for each in found:
            context = each.meaning.context
            if context in wanted and not any(_undone(each, other) for other in undoing):
                self._stretches.setdefault(context, []).append((*self._reached(each), _opening(each)))
        for context, holds in known.items():
            if holds:
                self._stretches[context] = [(*self._all, _NOWHERE)]

    def lend(self, context: str, first: int) -> None:
        """Put the whole sentence of the token `first` into `context`."""
        self._stretches.setdefault(context, []).append((*self._sentence(first), _NOWHERE))

    def hold(self, context: str) -> None:
        """Put the whole note into `context`."""
        self._stretches.setdefault(context, [(*self._all, _NOWHERE)])

    def any_holds(self, contexts: AbstractSet[str], first: int, stop: int) -> bool:
        """Whether any of the tokens from `first` to `stop` (exclusive) stands in one of `contexts`.

        A phrase that begins with a cue that reaches forward says what it says itself (not safe at home).
        """
        if _ALONE in contexts and self._is_alone(first, stop):
            return True
        return any(
            begin < stop and first < end and opening != first
            for context in contexts & self._stretches.keys()
            for begin, end, opening in self._stretches[context]
        )

    def all_hold(self, contexts: AbstractSet[str], first: int, stop: int) -> bool:
        """Whether each of `contexts` holds for some of the tokens from `first` to `stop` (exclusive)."""
        return all(self.any_holds({context}, first, stop) for context in contexts)

    def _is_alone(self, first: int, stop: int) -> bool:
        begin, end = self._sentence(first)
        return first == begin and all(word in _SIGNS for word in self._note.tokens.words[stop:end])

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
        sentences = self._note.tokens.sentences
        return sentences[bisect_right(sentences, index, key=_begin) - 1]

    def _forward(self, first: int, end: int) -> int:
        words, symbols = self._note.tokens.words, self._note.symbols
        for index in range(first, end):
            if _TURN in symbols[index]:
                return index
            parted = index > first and words[index - 1] in _PARTS
            if parted and (_NEW_STATEMENT in symbols[index] or self._affirmed(index, end)):
                return index
        return end

    def _affirmed(self, index: int, end: int) -> bool:
        """Whether the item of a list that begins at `index` says that something is so (ulipristal given)."""
        for each in range(index, end):
            if self._note.tokens.words[each] in CLAUSE_ENDS:
                return False
            if _AFFIRMED_BY in self._note.symbols[each]:
                return True
        return False

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
        while first > begin and words[first - 1] not in CLAUSE_ENDS and _TURN not in symbols[first - 1]:
            first -= 1
        while stop < end and words[stop] not in CLAUSE_ENDS and _TURN not in symbols[stop]:
            stop += 1
        return first, stop


def _opening(cue: Found[Cue]) -> int:
    """The first token of a cue that reaches forward, no token of any other."""
    return cue.first if cue.meaning.reach in (Reach.FORWARD, Reach.CLAUSE_FORWARD) else _NOWHERE


def _begin(sentence: tuple[int, int]) -> int:
    return sentence[0]


def _undone(cue: Found[Cue], other: Found[Cue]) -> bool:
    return other.meaning.undoes == cue.meaning.context and other.first <= cue.first and cue.stop <= other.stop
