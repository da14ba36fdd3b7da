"""Which media types the app takes: JSON of FHIR R4 under its several names. Pure."""

import re
from functools import lru_cache

_JSON = frozenset({"application/fhir+json", "application/json", "json"})
_ANY = frozenset({"*/*", "application/*"})
_VERSION = "fhirversion="
_OURS = frozenset({"4.0", "4.0.1"})
_NONE = re.compile(r"q=0(\.0*)?")


def is_json(media_type: str) -> bool:
    """Whether `_format` asks for what is served."""
    kind, *details = _parts(media_type.replace(" ", "+"))
    return kind in _JSON and _is_of_our_version(details)


@lru_cache(maxsize=256)
def takes_json(accepted: str) -> bool:
    """Whether an Accept header allows what is served."""
    for item in accepted.split(","):
        kind, *details = _parts(item)
        if kind in _JSON | _ANY and _is_of_our_version(details) and not any(map(_NONE.fullmatch, details)):
            return True
    return False


def _parts(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(";")]


def _is_of_our_version(details: list[str]) -> bool:
    named = [detail.removeprefix(_VERSION).strip('"') for detail in details if detail.startswith(_VERSION)]
    return all(version in _OURS for version in named)
