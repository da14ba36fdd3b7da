"""References and identifiers inside one message: how they are written, and what the message makes of them. Pure."""

from openrecord.clinical.incoming import JsonObject
from openrecord.clinical.nhs_number import SYSTEMS as NHS_NUMBER_SYSTEMS

UNKNOWN_TARGET = "?"
"""What a reference means that does not say what: nothing is ever called so, so its holder waits for it for ever."""


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


def references_in(value: object, kind: str) -> list[str]:
    """As `targets_in`, one for each reference: an identifier alone is a search for it, plain text is taken as meant.

    `kind`: the type of the targets. A reference that says nothing means UNKNOWN_TARGET.
    """
    if value is None:
        return []
    return [_target_or_search(item, kind) for item in (value if isinstance(value, list) else (value,))]


def _target_or_search(holder: object, kind: str) -> str:
    if isinstance(holder, str):
        return local(holder) if looks_like_reference(holder) else UNKNOWN_TARGET
    target = target_of(holder)
    if target is not None:
        return target
    found = identifiers(holder) if isinstance(holder, dict) else []
    return f"{kind}?identifier={'|'.join(found[0])}" if found else UNKNOWN_TARGET


def looks_like_reference(text: str) -> bool:
    """Whether plain text can be meant as a reference: "Encounter/7", "urn:uuid:…"."""
    return "/" in text or ":" in text


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
        if isinstance(system, str) and isinstance(value, str) and system and value and system not in NHS_NUMBER_SYSTEMS:
            found.append((system, value))
    return found
