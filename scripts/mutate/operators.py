"""What a mutant is: one small wrong change of a source file, at one place.

Annotations, decorators, class heads and docstrings are left alone: no rule stands there.
"""

import ast
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import singledispatch

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_OPPOSITES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "partition": "rpartition", "rpartition": "partition",
    "startswith": "endswith", "append": "remove", "add": "discard", "fullmatch": "match",
}  # fmt: skip
_NO_RULE = {"annotation", "returns", "decorator_list"}
_NO_RULE_OF_A_CLASS = {"bases", "keywords", *_NO_RULE}
_FOR_TYPES_ONLY = {"TypeVar", "NewType"}

Names = Mapping[str, object]
"""What the names of the mutated module mean: its enumerations are looked up there."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`source`: the whole changed file. `before`, `after`: the lines that differ, each brought onto one line.

    `function` is the dotted name of the function or class it lies in, "" at the top of the module.
    """

    file: str
    line: int
    function: str
    before: str
    after: str
    source: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes of the source, from `start` to `end`, and what stands there instead."""

    start: int
    end: int
    text: str


def mutants(file: str, source: str, names: Names) -> Iterator[Mutant]:
    """Every mutant of a file that is still Python, each once."""
    data = source.encode()
    met = {data}
    for function, edit in _Source(source, names).edits(ast.parse(source), ""):
        changed = data[: edit.start] + edit.text.encode() + data[edit.end :]
        if changed in met or not _is_python(changed):
            continue
        met.add(changed)
        begin = data.rfind(b"\n", 0, edit.start) + 1
        end = data.find(b"\n", edit.end)
        after = data[begin : edit.start] + edit.text.encode() + data[edit.end : end]
        line = data.count(b"\n", 0, edit.start) + 1
        yield Mutant(file, line, function, _one_line(data[begin:end]), _one_line(after), changed.decode())


def _is_python(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())


class _Source:
    """All changes of one file."""

    def __init__(self, source: str, names: Names) -> None:
        self._names = names
        self._lines = [0]
        for line in source.encode().splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def edits(self, node: ast.AST, function: str) -> Iterator[tuple[str, _Edit]]:
        """Every change at the node and below it, with the function it lies in."""
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            function = f"{function}.{node.name}".lstrip(".")
        if _is_for_types_only(node):
            return
        for place, text in _replacements(node, self._names):
            yield function, _Edit(*self._span(place, place), text)
        for edit in self._shortenings(_parts(node)):
            yield function, edit
        for child in _children(node):
            yield from self.edits(child, function)

    def _shortenings(self, parts: list[tuple[ast.expr | ast.keyword, ast.expr]]) -> Iterator[_Edit]:
        """A list without one of its parts and a comma beside it."""
        for index, (first, last) in enumerate(parts):
            start, end = self._span(first, last)
            if index + 1 < len(parts):
                end = self._span(*parts[index + 1])[0]
            elif index:
                start = self._span(*parts[index - 1])[1]
            yield _Edit(start, end, "")

    def _span(self, first: "ast.expr | ast.stmt | ast.keyword", last: "ast.expr | ast.stmt") -> tuple[int, int]:
        end = self._lines[(last.end_lineno or last.lineno) - 1] + (last.end_col_offset or 0)
        return self._lines[first.lineno - 1] + first.col_offset, end


def _is_for_types_only(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _FOR_TYPES_ONLY
        case ast.Subscript(slice=ast.Tuple()):
            return True
    return False


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below in which a rule can stand."""
    if isinstance(node, ast.JoinedStr):
        return
    left_alone = _NO_RULE_OF_A_CLASS if isinstance(node, ast.ClassDef) else _NO_RULE
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in left_alone and not _is_docstring(child):
                yield child


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _parts(node: ast.AST) -> list[tuple[ast.expr | ast.keyword, ast.expr]]:
    """The parts of a list in the source of which one can be left out: where each begins and ends."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return [(key or value, value) for key, value in zip(keys, values, strict=True)]
        case ast.Set(elts=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts, ctx=ast.Load()):
            return [(part, part) for part in parts]
        case ast.Call(keywords=keywords):
            return [(keyword, keyword.value) for keyword in keywords if keyword.arg is not None]
    return []


def _replacements(node: ast.AST, names: Names) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """Places at the node, and what could wrongly stand there instead."""
    match node:
        case ast.FunctionDef():
            yield from _answers(node)
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, "True"
            yield test, "False"
        case ast.comprehension(ifs=conditions):
            for condition in conditions:
                yield condition, "True"
        case ast.Expr() | ast.AugAssign() | ast.Continue() | ast.Raise():
            yield node, "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield node, "pass"
    if isinstance(node, ast.expr):
        for text in _others(node, names):
            yield node, text


def _answers(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, str]]:
    """Constant answers: True and False of a yes-or-no function, nothing of any other."""
    is_yes_or_no = function.returns is not None and ast.unparse(function.returns) == "bool"
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            for answer in ("True", "False") if is_yes_or_no else ("None",):
                yield node.value, answer


@singledispatch
def _others(_node: ast.expr, _names: Names) -> Iterator[str]:
    """Other expressions in place of this one, in parentheses where they need them."""
    yield from ()


@_others.register
def _(node: ast.Constant, _names: Names) -> Iterator[str]:
    value = node.value
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int):
        yield str(value + 1)
        yield f"({value - 1})"
    elif isinstance(value, str):
        yield repr(f"{value}XX")
    elif isinstance(value, bytes):
        yield repr(value + b"XX")


@_others.register
def _(_node: ast.JoinedStr, _names: Names) -> Iterator[str]:
    yield '"other text"'


@_others.register
def _(node: ast.UnaryOp, _names: Names) -> Iterator[str]:
    if isinstance(node.op, ast.Not):
        yield f"({ast.unparse(node.operand)})"


@_others.register
def _(node: ast.Compare, _names: Names) -> Iterator[str]:
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            operators = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield f"({ast.unparse(ast.Compare(node.left, operators, node.comparators))})"


@_others.register
def _(node: ast.BoolOp, _names: Names) -> Iterator[str]:
    swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"({ast.unparse(ast.BoolOp(swapped, node.values))})"
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield f"({ast.unparse(ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0])})"


@_others.register
def _(node: ast.BinOp, _names: Names) -> Iterator[str]:
    if type(node.op) in _ARITHMETIC:
        yield f"({ast.unparse(ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right))})"
    if isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub):
        yield f"({ast.unparse(node.left)})"
    if isinstance(node.op, ast.BitOr | ast.BitAnd):
        yield f"({ast.unparse(node.right)})"


@_others.register
def _(node: ast.Name, _names: Names) -> Iterator[str]:
    if node.id in _OPPOSITES:
        yield _OPPOSITES[node.id]


@_others.register
def _(node: ast.Attribute, names: Names) -> Iterator[str]:
    """The next member of an enumeration, or the opposite method."""
    whole = ast.unparse(node.value)
    kind = names.get(whole)
    if isinstance(kind, enum.EnumMeta) and node.attr in kind.__members__:
        members = list(kind.__members__)
        yield f"{whole}.{members[(members.index(node.attr) + 1) % len(members)]}"
    elif node.attr in _OPPOSITES:
        yield f"{whole}.{_OPPOSITES[node.attr]}"
