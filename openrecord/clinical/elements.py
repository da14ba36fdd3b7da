"""The allow-lists of elements, compiled once from the reviewed files in data/elements.

Two renderings of a resource come out of one walk: *full* (with free text) and *coded*. What is unlisted is dropped.
Reviewers read the data files; nothing here decides what a patient may be shown.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from openrecord.clinical.datatypes import (
    BUILT_IN,
    NOTHING,
    RECURRING_TYPES,
    Context,
    Names,
    Rendered,
    Step,
    WrongShape,
    object_of,
    remembered,
)
from openrecord.clinical.incoming import IncomingFile, JsonObject, Label, LinkKind

Listed = dict[str, Any]


class InvalidAllowList(ValueError):
    """The files in data/elements are not understood."""


class Rendering(NamedTuple):
    """What remains of a resource. `coded` is `full` itself where they are equal.

    `modified`: the source holds a modifierExtension, which may turn the meaning round; nobody here understands any.
    `label`: the strictest security label of a single element. `files`: what was taken out of it.
    """

    full: JsonObject
    coded: JsonObject
    modified: bool
    label: Label = Label.NONE
    files: tuple[IncomingFile, ...] = ()


class LinkRule(NamedTuple):
    """An element that refers to other entries: its path, and the kind of link that it becomes."""

    path: tuple[str, ...]
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class AllowList:
    """What may be shown of one resource type."""

    type: str
    steps: Mapping[str, Step]
    links: tuple[LinkRule, ...]

    def render(self, resource: JsonObject, names: Names) -> Rendering:
        """Both renderings of `resource`; raises WrongShape with the path of an element of another JSON type."""
        context = Context(names)
        full, coded = _walk(resource, self.steps, context)
        whole = {"resourceType": self.type, **(full or {})}
        part = whole if coded is full else {"resourceType": self.type, **(coded or {})}
        return Rendering(whole, part, context.modified, context.label, tuple(context.files.values()))

    def targets(self, resource: JsonObject) -> list[tuple[LinkKind, str]]:
        """The references of `resource` to other entries, in the order of the list; raises WrongShape."""
        return [
            (kind, reference) for path, kind in self.links if path[0] in resource for reference in _at(resource, path)
        ]


def allow_list(resource_type: str) -> AllowList | None:
    """The list for a resource type, or None where the reviewed files have none (then nothing may be shown)."""
    return _allow_lists().get(resource_type)


def listed_types() -> frozenset[str]:
    """The resource types that the reviewed files list."""
    return frozenset(_allow_lists())


def _at(value: object, path: tuple[str, ...]) -> list[str]:
    """The references at `path`, in order; those to contained resources are none."""
    if not path:
        target = object_of(value).get("reference")
        if target is not None and type(target) is not str:
            raise WrongShape("reference", "a string")
        return [target] if target and not target.startswith("#") else []
    try:
        inner = object_of(value).get(path[0])
        if inner is None:
            return []
        if type(inner) is not list:
            return _at(inner, path[1:])
        return [reference for item in inner for reference in _at(item, path[1:])]
    except WrongShape as error:
        raise error.within(path[0]) from None


def _walk(source: JsonObject, steps: Mapping[str, Step], context: Context) -> Rendered:
    full: JsonObject = {}
    changed: JsonObject | None = None
    for key, value in source.items():
        step = steps.get(key)
        if step is None or value is None:
            continue
        try:
            whole, part = step(value, context)
        except WrongShape as error:
            raise error.within(key) from None
        if whole is None:
            continue
        full[key] = whole
        if part is not whole:
            if changed is None:
                changed = {}
            changed[key] = part
    if not full:
        return NOTHING
    if changed is None:
        return full, full
    coded = {key: part for key, whole in full.items() if (part := changed.get(key, whole)) is not None}
    return full, coded or None


def _modifier(value: object, context: Context) -> Rendered:
    context.modified = context.modified or bool(value)
    return NOTHING


def _labels_only(value: object, context: Context) -> Rendered:
    context.notice(value)
    return NOTHING


def _object(steps: Mapping[str, Step]) -> Step:
    def step(value: object, context: Context) -> Rendered:
        return _walk(object_of(value), steps, context)

    return step


def _repeated(item_step: Step) -> Step:
    def step(value: object, context: Context) -> Rendered:
        if type(value) is not list:
            raise WrongShape("", "a list")
        full = []
        coded = []
        equal = True
        for item in value:
            if item is None:
                continue
            whole, part = item_step(item, context)
            if whole is not None:
                full.append(whole)
                equal = equal and part is whole
            if part is not None:
                coded.append(part)
        if equal:
            return (full, full) if full else NOTHING
        return full, coded or None

    return step


def _extensions(steps: Mapping[str, tuple[str, Step]]) -> Step:
    """Extensions by address: each with the element that holds its value and how that is rendered."""

    def one(value: object, context: Context) -> Rendered:
        source = object_of(value)
        url = source.get("url")
        rule = steps.get(url) if type(url) is str else None
        if rule is None or source.get(rule[0]) is None:
            return NOTHING
        try:
            whole, part = rule[1](source[rule[0]], context)
        except WrongShape as error:
            raise error.within(rule[0]) from None
        if whole is None:
            return NOTHING
        full = {"url": url, rule[0]: whole}
        return full, full if part is whole else None if part is None else {"url": url, rule[0]: part}

    listed = _repeated(one)

    def noticing(value: object, context: Context) -> Rendered:
        context.notice(value)
        return listed(value, context)

    return noticing


def _full_only(step: Step) -> Step:
    def full(value: object, context: Context) -> Rendered:
        return step(value, context)[0], None

    return full


class _Compiler:
    """Turns the listed names into steps. A data type may contain itself (questionnaire items)."""

    def __init__(self, datatypes: Mapping[str, Listed]) -> None:
        self._datatypes = datatypes
        self._compiled: dict[str, Step] = {}
        self._remembered: dict[tuple[str, bool], Step] = {}

    def elements(self, coded: Listed, full: Listed) -> dict[str, Step]:
        steps: dict[str, Step] = {"modifierExtension": _modifier, "extension": _labels_only}
        for name in [*coded, *(name for name in full if name not in coded)]:
            steps[name] = self._element(name, coded.get(name), full.get(name))
        return steps

    def _element(self, name: str, coded: object, full: object) -> Step:
        if name == "extension":
            return _extensions(
                {**self._addresses(_single(coded), coded=True), **self._addresses(_single(full), coded=False)}
            )
        if coded is None:
            return _full_only(self._type(full))
        if full is None:
            return self._type(coded)
        if isinstance(coded, list):
            return _repeated(_object(self.elements(_single(coded), _single(full))))
        if isinstance(coded, dict) and isinstance(full, dict):
            return _object(self.elements(coded, full))
        raise InvalidAllowList(f"listed twice: {name}")

    def _type(self, listed: object) -> Step:
        match listed:
            case str():
                return self._recurring(listed, repeats=False)
            case [str() as one]:
                return self._recurring(one, repeats=True)
            case [one]:
                return _repeated(self._type(one))
            case dict():
                return _object(self.elements(listed, {}))
        raise InvalidAllowList(f"not understood: {listed!r}")

    def _recurring(self, name: str, *, repeats: bool) -> Step:
        """The step for a type by its name, one for all elements of the type where what it does is remembered."""
        if (name, repeats) not in self._remembered:
            step = _repeated(self._named(name)) if repeats else self._named(name)
            self._remembered[name, repeats] = remembered(step) if name in RECURRING_TYPES else step
        return self._remembered[name, repeats]

    def _named(self, name: str) -> Step:
        if name in BUILT_IN:
            return BUILT_IN[name]
        if name not in self._datatypes:
            raise InvalidAllowList(f"unknown data type: {name}")
        if name in self._compiled:
            return self._compiled[name]

        def later(value: object, context: Context) -> Rendered:
            return self._compiled[name](value, context)

        self._compiled[name] = later
        listed = self._datatypes[name]
        self._compiled[name] = _object(self.elements(listed.get("coded", {}), listed.get("full", {})))
        return self._compiled[name]

    def _addresses(self, listed: Listed, *, coded: bool) -> dict[str, tuple[str, Step]]:
        rules: dict[str, tuple[str, Step]] = {}
        for url, kind in listed.items():
            if isinstance(kind, dict):
                value, step = "extension", _extensions(self._addresses(kind, coded=True))
            else:
                value, step = f"value{kind[0].upper()}{kind[1:]}", self._named(kind)
            rules[url] = (value, step if coded else _full_only(step))
        return rules


def _single(listed: object) -> Listed:
    match listed:
        case None:
            return {}
        case [dict() as one]:
            return one
    raise InvalidAllowList("a repeating element is listed once, in double brackets")


def _link_rules(listed: Listed, path: tuple[str, ...] = ()) -> Iterable[LinkRule]:
    for name, kind in listed.items():
        if isinstance(kind, dict):
            yield from _link_rules(kind, (*path, name))
        else:
            yield LinkRule((*path, name), LinkKind(kind))


def _listed() -> Listed:
    """What the reviewed files list, in the order of their names; a type stands in one file only."""
    folder = files("openrecord.clinical").joinpath("data", "elements")
    listed: Listed = {}
    for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        part = tomllib.loads(file.read_text(encoding="utf-8"))
        if twice := listed.keys() & part.keys():
            raise InvalidAllowList(f"{file.name}: listed in another file too: {', '.join(sorted(twice))}")
        listed.update(part)
    return listed


@cache
def _allow_lists() -> dict[str, AllowList]:
    listed = _listed()
    compiler = _Compiler(listed.pop("datatype"))
    return {
        name: AllowList(
            name,
            compiler.elements(table.get("coded", {}), table.get("full", {})),
            tuple(_link_rules(table.get("links", {}))),
        )
        for name, table in listed.items()
    }
