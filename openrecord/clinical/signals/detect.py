"""Which signals an entry gives, with the words and why. Pure: the same entry always gives the same answer.

Signals order a queue and explain; what may be seen is never decided here (R36).
"""

from bisect import bisect_left
from collections.abc import Iterable

from openrecord.clinical.signals.context import Contexts
from openrecord.clinical.signals.lexicon import Group, lexicon
from openrecord.clinical.signals.phrases import Found
from openrecord.clinical.signals.refsets import NO_CODES, SensitiveCodes
from openrecord.clinical.signals.types import Coding, Signal, SignalKind, Span
from openrecord.clinical.signals.vocabulary import Note

UNDER_AGE = 16
"""Below this age (years) a patient may have confidences of their own from parents (Gillick; access is given at 16)."""

_KINDS = frozenset(kind.value for kind in SignalKind)
_MINOR = "minor"
_ADULT = "adult"
_STRENGTH_OF_A_CODE = 3


def signals(
    text: str, codes: Iterable[Coding], age: int | None, sensitive: SensitiveCodes = NO_CODES
) -> tuple[Signal, ...]:
    """Every signal in `text` and `codes`, in the order of the text, then of the codes.

    `age` is the patient's in whole years when the entry was written, None where unknown: then what the text says of it
    counts. `sensitive` are the sets of codes that the practice has loaded.
    """
    found = _in_text(text, age)
    for coding in codes:
        found += _in_coding(coding, age, sensitive)
    return tuple(found)


def _in_coding(coding: Coding, age: int | None, sensitive: SensitiveCodes) -> list[Signal]:
    words = coding.display or coding.code
    kinds = sensitive.kinds(coding)
    found = [
        Signal(kind, words, None, f"has a code of the practice's sensitive set: '{words}'", _STRENGTH_OF_A_CODE)
        for kind in sorted(kinds)
    ]
    for each in _in_text(coding.display or "", age):
        if each.kind not in kinds:
            found.append(Signal(each.kind, words, None, f"has a code whose term {each.why}", each.strength))
            kinds |= {each.kind}
    return found


def _in_text(text: str, age: int | None) -> list[Signal]:
    lexicons = lexicon()
    note = lexicons.vocabulary.note(text)
    groups = lexicons.groups.found(note, note.tokens.sentences)
    if not groups:
        return []
    concerned = _sentences_of(groups, note)
    cues = lexicons.cues.found(note, concerned) + lexicons.cues_of_the_note.found(note, note.tokens.sentences)
    wanted = frozenset[str]().union(*(each.meaning.unless | each.meaning.only for each in groups))
    known = {} if age is None else {_MINOR: age < UNDER_AGE, _ADULT: age >= UNDER_AGE}
    return _as_signals(text, note, _counted(groups, Contexts(note, cues, wanted, known)))


def _sentences_of(groups: list[Found[Group]], note: Note) -> list[tuple[int, int]]:
    """The sentences in which something was found; both are in the order of the note."""
    firsts = [each.first for each in groups]
    return [
        (begin, end)
        for begin, end in note.tokens.sentences
        if (at := bisect_left(firsts, begin)) < len(firsts) and firsts[at] < end
    ]


def _counted(groups: list[Found[Group]], contexts: Contexts) -> list[Found[Group]]:
    """The groups that count in their contexts, in the order in which they depend on each other."""
    counted = []
    for found in sorted(groups, key=_turn):
        group = found.meaning
        if contexts.any_holds(group.unless, found.first, found.first + 1 if group.begins else found.stop):
            continue
        if contexts.all_hold(group.only, found.first, found.stop):
            counted.append(found)
            contexts.hold(group.kind.value)
            if group.lends:
                contexts.lend(group.lends, found.first)
    return counted


def _turn(found: Found[Group]) -> int:
    """First what lends a context, last what asks which other signals the note has."""
    group = found.meaning
    if group.lends:
        return 0
    return 2 if _KINDS & (group.unless | group.only) else 1


def _as_signals(text: str, note: Note, counted: list[Found[Group]]) -> list[Signal]:
    """One signal a passage and kind: of passages that overlap the strongest stays, then the longest, then the first."""
    kept: list[Found[Group]] = []
    for found in sorted(counted, key=lambda each: (-each.meaning.strength, each.first - each.stop, each.first)):
        if not any(
            other.meaning.kind is found.meaning.kind and other.first < found.stop and found.first < other.stop
            for other in kept
        ):
            kept.append(found)
    kept.sort(key=lambda each: (each.first, each.meaning.kind))
    return [_signal(text, note, found) for found in kept]


def _signal(text: str, note: Note, found: Found[Group]) -> Signal:
    span = Span(*note.tokens.span(found.first, found.stop))
    words = text[span.start : span.end]
    group = found.meaning
    return Signal(group.kind, words, span, f"{group.why}: '{words}'", group.strength)
