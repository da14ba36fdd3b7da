"""What the journal keeps of restricted records. Who opened one is on the trail, and holds half an hour only."""

import msgspec

from openrecord.audit.types import Repeatable
from openrecord.registry.types import OdsCode, Patient
from openrecord.restricted.types import Cause


class Restricted(msgspec.Struct, frozen=True):
    """A practice's staff open this record for a reason only."""

    patient: Patient
    ods: OdsCode
    cause: Cause


class Lifted(msgspec.Struct, frozen=True):
    """The record is open again to those whose role reads records."""

    patient: Patient
    ods: OdsCode


KINDS = {Restricted: "restricted", Lifted: "restriction_lifted"}
"""Their names in the journal, which stay for ever."""


def repeatable(act: Restricted | Lifted) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(KINDS[type(act)], msgspec.json.encode(act))
