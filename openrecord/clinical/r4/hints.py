"""What only the surrounding format knows of a resource, handed to `normalise.to_entry`; how a resource is refused."""

from datetime import datetime
from typing import NamedTuple

from openrecord.clinical.incoming import IncomingLink, Label, LabKey
from openrecord.clinical.kinds import EntryKind


class UnusableResource(ValueError):
    """The resource cannot be accepted. `reason` is a stable code; `detail` names the element, never its content."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Hints(NamedTuple):
    """Facts a reader has found out from outside the resource itself.

    `kind`: overrules what the resource type says (a GP Connect diary entry is no referral).
    `filed`: overrules R4's reading of `status` (GP Connect returns only what is filed).
    `draft`: the format's own word for a draft.
    `aliases`: further local references besides "Type/id" (Bundle fullUrl).
    `containers`: local references of what the entry is part of.
    `links`: references that the format keeps outside the resource.
    `label`: the strictest of the format's labels; the resource's own meta.security counts besides.
    `refusal`: why the resource cannot be used, where the format knows already.
    """

    position: str
    kind: EntryKind | None = None
    filed: bool | None = None
    draft: bool = False
    aliases: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    links: tuple[IncomingLink, ...] = ()
    recorded: datetime | None = None
    label: Label = Label.NONE
    lab_key: LabKey | None = None
    section_time: datetime | None = None
    transferred: bool = False
    refusal: UnusableResource | None = None
