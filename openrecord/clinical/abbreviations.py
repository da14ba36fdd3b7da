"""Abbreviations and shorthand in notes, found and put into plain words. Pure; the words lie in data/abbreviations.

A file there holds tables of what is written and what it means:

    [as_written]    capitals and small letters count (Hb, PT as against pt); capitals may end in a plural s
    [any_case]      written in any way
    [in_capitals]   spelt like ordinary words: counts only in capitals, in a text that is not all capitals
    [after_number]  units: counts only after a number, and there comes before everything else
    [symbols]       signs, wherever they stand
    [before_word]   signs that count only before a word
    [[choice]]      what has several meanings: `near` lists the words that speak for each. Where none of them decides,
                    all are given; with `unsure = "silent"` none, with `unsure = "first"` the first, the usual one

Every text of a note stays as it is: what is found are places in it (R12).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

_WITHIN = 12
"""Words to either side that may speak for a meaning."""
_LONGEST_HEADING = 5
_RUN = r"\w+(?:[&/.+'\u2019-]\w+)*"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_PARTS = re.compile(r"[^/+-]+")
_BEGINS = re.compile(r"|[\s(\[/?#]")
_WORD_FOLLOWS = re.compile(r"[?#]{0,2} ?[^\W\d_]")
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")
_NUMBER_AND_UNIT = re.compile(r"\d+(?:[.,]\d+)?([^\d.,].*)")
_SPELL = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?/(7|52|12|24)")
_SPELLS: Final[Mapping[str, tuple[str, str, int]]] = {
    "24": ("hour", "hours", 72),
    "7": ("day", "days", 31),
    "52": ("week", "weeks", 52),
    "12": ("month", "months", 24),
}
"""By the number under the stroke: what is counted, and the most that is written so."""
_LONG_CAPITALS = re.compile(r"(?<![^\W\d_])[A-Z]{6}")
_SMALL_WORD = re.compile(r"[a-z]{3}")
_BEFORE_DATES = frozenset({"on", "dated", "from", "since", "until", "till", "by", "due", "dob", "lmp", "edd", "bp"})
"""After these words 3/7 may be a day in July, or 40/24 a blood pressure."""
_TABLES = ("as_written", "any_case", "in_capitals", "after_number", "symbols", "before_word")
_KEYS = frozenset({"review", "choice", *_TABLES})
_CHOICE_KEYS = frozenset({"written", "table", "meanings", "unsure"})
_UNSURE = frozenset({"all", "silent", "first"})
_MEANING_KEYS = frozenset({"text", "near"})


class InvalidGlossary(ValueError):
    """A file in data/abbreviations is not understood; the message names the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """What stands in a text from `start` to `end`, and what it means; several meanings where nothing decides."""

    start: int
    end: int
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meaning:
    text: str
    near: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Entry:
    meanings: tuple[_Meaning, ...]
    unsure: str = "all"


@dataclass(frozen=True, slots=True)
class Glossary:
    """All files, by table. Keys of `any_case` and `in_capitals` are folded."""

    tables: Mapping[str, Mapping[str, _Entry]]
    token: re.Pattern[str]
    statuses: frozenset[str]

    def __len__(self) -> int:
        """How many abbreviations it knows."""
        return sum(len(table) for table in self.tables.values())


@dataclass(slots=True)
class _Text:
    """A text in tokens (signs and runs of letters and digits), with what decides between meanings."""

    words: str
    tokens: list[re.Match[str]]
    folded: list[str]
    shouted: bool
    heading: frozenset[str] = field(default=frozenset())


def find(text: str) -> tuple[Span, ...]:
    """The abbreviations in `text`, in order; spans never overlap and never lie inside a longer word."""
    known = glossary()
    tokens = list(known.token.finditer(text))
    read = _Text(text, tokens, [_folded(token[0]) for token in tokens], _is_shouted(text))
    heading, colon, _rest = text.partition(":")
    if colon and len(heading.split()) <= _LONGEST_HEADING:
        read.heading = frozenset(heading.casefold().split())
    return tuple(span for at in range(len(tokens)) for span in _spans(known, read, at))


def _is_shouted(text: str) -> bool:
    """Whether a text is in capitals, a unit or another short word aside ("ON WARFARIN 5mg")."""
    return text.upper() == text or (_LONG_CAPITALS.search(text) is not None and _SMALL_WORD.search(text) is None)


def _folded(token: str) -> str:
    """A token as other words see it beside them; of a number with its unit, the unit."""
    joined = _NUMBER_AND_UNIT.fullmatch(token)
    return (token if joined is None else joined[1]).casefold()


def _spans(known: Glossary, read: _Text, at: int) -> Iterator[Span]:
    token = read.tokens[at]
    start, end = token.span()
    if token["sign"] is not None:
        entry = known.tables["symbols"].get(token[0])
        if entry is None and _stands_before_word(read.words, start, end):
            entry = known.tables["before_word"].get(token[0])
        if entry is not None and not _is_in_word(read.words, start, end):
            yield from _span(entry, read, at, start, end)
        return
    unit = _unit(known, read, at)
    if unit is not None:
        yield from _span(unit[1], read, at, end - unit[0], end)
        return
    spell = _in_full(token[0]) if not at or read.folded[at - 1] not in _BEFORE_DATES else ""
    if spell:
        yield Span(start, end, (spell,))
        return
    entry = _looked_up(known, token[0], read.shouted)
    if entry is not None:
        yield from _span(entry, read, at, start, end)
        return
    for part in _PARTS.finditer(token[0]) if {"/", "+", "-"} & set(token[0]) else ():
        entry = _looked_up(known, part[0], read.shouted) if len(part[0]) > 1 else None
        if entry is not None:
            yield from _span(entry, read, at, start + part.start(), start + part.end())


def _span(entry: _Entry, read: _Text, at: int, start: int, end: int) -> Iterator[Span]:
    meanings = _decided(entry, read, at)
    if meanings:
        yield Span(start, end, meanings)


def _decided(entry: _Entry, read: _Text, at: int) -> tuple[str, ...]:
    """The meaning that words nearby or the heading of the note speak for; else all of them, or none."""
    if len(entry.meanings) == 1 and entry.unsure != "silent":
        return (entry.meanings[0].text,)
    around = {*read.folded[max(0, at - _WITHIN) : at], *read.folded[at + 1 : at + 1 + _WITHIN], *read.heading}
    spoken_for = tuple(meaning.text for meaning in entry.meanings if not meaning.near.isdisjoint(around))
    if spoken_for or entry.unsure == "silent":
        return spoken_for
    return tuple(meaning.text for meaning in entry.meanings[: 1 if entry.unsure == "first" else None])


def _is_in_word(words: str, start: int, end: int) -> bool:
    """Whether a sign that is a letter stands at other letters or digits (ΔpH is a change, Δ angina a diagnosis)."""
    beside = words[max(0, start - 1) : start] + words[end : end + 1]
    return words[start:end].isalnum() and any(map(str.isalnum, beside))


def _stands_before_word(words: str, start: int, end: int) -> bool:
    """Whether a sign begins a word or a row of signs, and a word follows (# wrist, ?#wrist)."""
    return (
        _BEGINS.fullmatch(words[max(0, start - 1) : start]) is not None and _WORD_FOLLOWS.match(words, end) is not None
    )


def _unit(known: Glossary, read: _Text, at: int) -> tuple[int, _Entry] | None:
    """The unit that the token is or ends in, after a number, with its length."""
    token, units = read.tokens[at], known.tables["after_number"]
    joined = _NUMBER_AND_UNIT.fullmatch(token[0])
    if joined is not None:
        entry = units.get(joined[1])
        return None if entry is None else (len(joined[1]), entry)
    entry = units.get(token[0])
    if entry is None or not at or not _NUMBER.fullmatch(read.tokens[at - 1][0]):
        return None
    between = read.words[read.tokens[at - 1].end() : token.start()]
    return (len(token[0]), entry) if between.isspace() else None


def _in_full(token: str) -> str:
    """A length of time written as 3/7 or 1-2/52, in full; empty for anything else."""
    found = _SPELL.fullmatch(token)
    if found is None:
        return ""
    one, more, most = _SPELLS[found[3]]
    first, last = int(found[1]), int(found[2] or found[1])
    if not 0 < first <= last <= most:
        return ""
    unit = one if last == 1 else more
    return f"{first} {unit}" if first == last else f"{first} to {last} {unit}"


def _looked_up(known: Glossary, word: str, shouted: bool) -> _Entry | None:
    return next((entry for form in _forms(word) if (entry := _of_form(known, form, shouted)) is not None), None)


def _forms(word: str) -> Iterator[str]:
    """A word as written, without the dots between its letters, and without a plural's s after capitals."""
    yield word
    if _DOTTED.fullmatch(word):
        yield word.replace(".", "")
    if word.endswith("s") and word[:-1].upper() == word[:-1] and len(word) > 2:
        yield word[:-1]


def _of_form(known: Glossary, form: str, shouted: bool) -> _Entry | None:
    tables = known.tables
    entry = tables["as_written"].get(form) or tables["any_case"].get(form.casefold())
    if entry is None and not shouted and form.upper() == form:
        entry = tables["in_capitals"].get(form.casefold())
    return entry


@cache
def glossary() -> Glossary:
    """The files, read once at first use; raises InvalidGlossary."""
    tables: dict[str, dict[str, _Entry]] = {name: {} for name in _TABLES}
    statuses = set()
    folder = files("openrecord.clinical").joinpath("data", "abbreviations")
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        try:
            statuses.add(_read(tomllib.loads(file.read_text(encoding="utf-8")), tables))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidGlossary(f"{file.name}: {error}") from error
    _refuse_doubles(tables)
    signs = sorted((*tables["symbols"], *tables["before_word"]), key=len, reverse=True)
    token = re.compile(f"(?P<sign>{'|'.join(map(re.escape, signs))})|{_RUN}")
    return Glossary(tables, token, frozenset(statuses))


def _read(listed: Mapping[str, Any], tables: Mapping[str, dict[str, _Entry]]) -> str:
    """Put one file into the tables; its review status."""
    _refuse_unknown(listed, _KEYS)
    for table in _TABLES:
        for written, text in listed.get(table, {}).items():
            _put(tables, table, written, _Entry((_Meaning(_said(text)),)))
    for choice in listed.get("choice", ()):
        _refuse_unknown(choice, _CHOICE_KEYS)
        unsure = choice.get("unsure", "all")
        if unsure not in _UNSURE:
            raise InvalidGlossary(f"unsure of {choice['written']} is all, silent or first")
        entry = _Entry(_meanings(choice["meanings"]), unsure)
        _put(tables, choice["table"], choice["written"], entry)
    return _said(listed["review"]["status"])


def _meanings(listed: Sequence[Mapping[str, Any]]) -> tuple[_Meaning, ...]:
    for meaning in listed:
        _refuse_unknown(meaning, _MEANING_KEYS)
    return tuple(_Meaning(_said(each["text"]), frozenset(_said(each["near"]).split())) for each in listed)


def _put(tables: Mapping[str, dict[str, _Entry]], table: str, written: str, entry: _Entry) -> None:
    key = written.casefold() if table in {"any_case", "in_capitals"} else written
    if key in tables[table]:
        raise InvalidGlossary(f"{written} stands twice")
    tables[table][key] = entry


def _refuse_doubles(tables: Mapping[str, Mapping[str, _Entry]]) -> None:
    """What is written in any way stands in no other table of words, where it would never be reached."""
    exact = {written.casefold() for written in tables["as_written"]}
    doubles = (tables["any_case"].keys() & exact) | (tables["in_capitals"].keys() & (exact | tables["any_case"].keys()))
    if doubles:
        raise InvalidGlossary(f"in two tables: {', '.join(sorted(doubles))}")


def _refuse_unknown(listed: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := listed.keys() - known:
        raise InvalidGlossary(f"unknown: {', '.join(sorted(unknown))}")


def _said(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidGlossary("a text is missing")
    return text
