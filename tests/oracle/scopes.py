"""SMART v2 scopes: whether an app may read an entry. Whatever is not understood covers nothing."""

from .world import Entry


def in_scope(entry: Entry, scopes: list[str]) -> bool:
    """Whether any scope covers the entry; kinds without a FHIR type are covered by none."""
    return entry.facts[0] is not None and any(_covers(scope, entry) for scope in scopes)


def _covers(scope: str, entry: Entry) -> bool:
    context, _, rest = scope.partition("/")
    reach, _, query = rest.partition("?")
    type_, _, permissions = reach.partition(".")
    if context != "patient" or type_ not in ("*", entry.facts[0]) or "r" not in permissions:
        return False
    return all(_matches(condition, entry) for condition in query.split("&") if condition)


def _matches(condition: str, entry: Entry) -> bool:
    name, _, value = condition.partition("=")
    return name == "category" and value.rpartition("|")[2] == category(entry)


def category(entry: Entry) -> str | None:
    """The category a scope can name; only Observations have one here unless it is given."""
    fixed = {"result": "laboratory", "comment": "comment"}
    if entry.kind in fixed:
        return fixed[entry.kind]
    given: str | None = entry.raw.get("category")
    return given or ("vital-signs" if entry.kind == "observation" else None)
