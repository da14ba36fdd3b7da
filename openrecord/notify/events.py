"""What the journal keeps of messages."""

import msgspec

from openrecord.access.types import ViewerId
from openrecord.audit.types import Repeatable
from openrecord.notify.types import Preference
from openrecord.registry.types import Patient


class Chosen(msgspec.Struct, frozen=True):
    """A viewer said how they want to be told, or that they do not."""

    patient: Patient
    viewer: ViewerId
    preference: Preference


CHOSEN = "messages_chosen"
"""Its name in the journal, which stays for ever."""


def repeatable(act: Chosen) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(CHOSEN, msgspec.json.encode(act))
