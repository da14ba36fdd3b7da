"""One FHIR R4 resource into one IncomingEntry: kind, dates, status, label and the two renderings.

Pure. It knows nothing of bundles: what only the surrounding format knows comes as Hints, names of people and places
come from a Directory.
"""

from openrecord.clinical.incoming import IncomingEntry, JsonObject
from openrecord.clinical.r4.directory import Directory
from openrecord.clinical.r4.hints import Hints


class NotAnEntry(Exception):  # noqa: N818
    """The resource is of a type that is no record entry (Patient, Organization, …)."""


class UnusableResource(ValueError):
    """The resource cannot be accepted. `reason` is a stable code; `detail` names the element, never its content."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def to_entry(resource: JsonObject, hints: Hints, directory: Directory) -> IncomingEntry:
    """The entry that `resource` is. Raises NotAnEntry or UnusableResource."""
    raise NotImplementedError
