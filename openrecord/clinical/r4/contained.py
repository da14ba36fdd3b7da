"""Results that a report or a panel contains: entries like any other, taken out of what holds them. Pure."""

from typing import Any

from openrecord.clinical.incoming import JsonObject

_NAMES_PARTS = {"DiagnosticReport": "result", "Observation": "hasMember"}


def taken_out(resource: JsonObject) -> tuple[JsonObject, dict[int, JsonObject]]:
    """The resource with references to the results that it names and contains, and these by their number in `contained`.

    They are known as "Observation/id of the holder#own id". What it contains besides, or without an id, stays in it.
    """
    kind, contained = resource["resourceType"], resource.get("contained")
    holder = resource.get("id")
    if kind not in _NAMES_PARTS or type(contained) is not list or type(holder) is not str:
        return resource, {}
    held = {f"#{each['id']}": number for number, each in enumerate(contained) if _is_result(each)}
    found: dict[int, JsonObject] = {}
    waiting = [resource]
    while waiting:
        for reference in _named(waiting.pop()):
            number = held.get(reference)
            if number is not None and number not in found:
                inner = contained[number]
                found[number] = {**inner, "id": f"{holder}{reference}", "subject": resource.get("subject")}
                waiting.append(inner)
    names = {reference: f"Observation/{holder}{reference}" for reference, number in held.items() if number in found}
    rest = [each for number, each in enumerate(contained) if number not in found]
    whole = _renamed({**resource, "contained": rest}, names) if found else resource
    return whole, {number: _renamed(inner, names) for number, inner in found.items()}


def _is_result(contained: object) -> bool:
    return (
        type(contained) is dict and contained.get("resourceType") == "Observation" and type(contained.get("id")) is str
    )


def _named(resource: JsonObject) -> list[str]:
    references = resource.get(_NAMES_PARTS[resource["resourceType"]])
    listed = references if type(references) is list else []
    return [each["reference"] for each in listed if type(each) is dict and type(each.get("reference")) is str]


def _renamed(resource: JsonObject, names: dict[str, str]) -> JsonObject:
    element = _NAMES_PARTS[resource["resourceType"]]
    listed = resource.get(element)
    if type(listed) is not list:
        return resource
    return {**resource, element: [_named_anew(each, names) for each in listed]}


def _named_anew(reference: Any, names: dict[str, str]) -> Any:
    target = reference.get("reference") if type(reference) is dict else None
    return {**reference, "reference": names[target]} if type(target) is str and target in names else reference
