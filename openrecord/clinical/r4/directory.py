"""Who, where and which medicine the local references of a message mean. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from openrecord.clinical.incoming import JsonObject


@dataclass(frozen=True, slots=True)
class Directory:
    """Local reference ("Practitioner/1", "urn:uuid:…") to what is shown for it."""

    @classmethod
    def of(cls, resources: Iterable[tuple[JsonObject, str | None]]) -> "Directory":
        """The directory of a message's resources, each with the fullUrl of its Bundle entry (None: it has none)."""
        raise NotImplementedError
