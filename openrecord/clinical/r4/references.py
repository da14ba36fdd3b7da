"""References and identifiers inside one message: how they are written, and what the message makes of them. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.nhs_number import SYSTEM as NHS_NUMBER_SYSTEM


def local(reference: str) -> str:
    """A reference without its version part ("Observation/7/_history/2" names Observation/7)."""
    return reference.split("/_history/", 1)[0] if "/_history/" in reference else reference


def names_of(resource: JsonObject, full_url: str | None) -> tuple[str, ...]:
    """Every way that others in the message may refer to `resource`: "Type/id" and the Bundle's fullUrl."""
    kind, identity = resource.get("resourceType"), resource.get("id")
    own = f"{kind}/{identity}" if isinstance(kind, str) and isinstance(identity, str) and identity else None
    url = local(full_url) if full_url else None
    if own is None:
        return () if url is None else (url,)
    return (own,) if url is None or url == own else (own, url)


def searches_for(resource: JsonObject) -> tuple[str, ...]:
    """How a transaction may refer to `resource` by its identifiers ("Practitioner?identifier=system|value")."""
    listed = resource.get("identifier")
    return tuple(
        f"{resource.get('resourceType')}?identifier={item['system']}|{item['value']}"
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, dict) and isinstance(item.get("system"), str) and isinstance(item.get("value"), str)
    )


def target_of(holder: object, element: str = "reference") -> str | None:
    """The local reference in a Reference object, or None."""
    value = holder.get(element) if isinstance(holder, dict) else None
    return local(value) if isinstance(value, str) and value else None


def targets_in(value: object) -> list[str]:
    """The local references in a Reference or a list of them."""
    if value is None:
        return []
    items = value if isinstance(value, list) else (value,)
    return [target for item in items if (target := target_of(item)) is not None]


def identifiers(resource: JsonObject) -> list[tuple[str, str]]:
    """(system, value) of the business identifiers of a resource, in order; a person's NHS number is none of them."""
    listed = resource.get("identifier")
    items = listed if isinstance(listed, list) else (listed,)
    if "masterIdentifier" in resource:
        items = (*items, resource["masterIdentifier"])
    found = []
    for item in items:
        if not isinstance(item, dict):
            continue
        system, value = item.get("system"), item.get("value")
        if isinstance(system, str) and isinstance(value, str) and system and value and system != NHS_NUMBER_SYSTEM:
            found.append((system, value))
    return found
