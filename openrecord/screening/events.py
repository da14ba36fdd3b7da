"""What people decide about an entry, one act each, and what screening tells the stations behind it.

The stance towards an entry is the fold of its acts (rules/stance.py).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

import msgspec

from openrecord.audit.types import Repeatable
from openrecord.registry.types import Patient, PatientId
from openrecord.screening.types import EntryId


class Act(msgspec.Struct, frozen=True, tag_field="act", forbid_unknown_fields=True):
    """Base of every act on an entry."""


class Hidden(Act, frozen=True, tag="hidden"):
    """The whole entry was hidden for a lawful reason; serious harm names the responsible clinician (R32)."""

    reason: str
    responsible: str | None = None


class Unhidden(Act, frozen=True, tag="unhidden"):
    """Every hide of the entry was lifted."""


class Held(Act, frozen=True, tag="held"):
    """The entry is kept back until a London day begins, or (None) until the patient has been contacted."""

    until: date | None


class Contacted(Act, frozen=True, tag="contacted"):
    """The patient has been spoken to about a held entry."""


class Released(Act, frozen=True, tag="released"):
    """A person released the entry."""


class ProxyRuleSet(Act, frozen=True, tag="proxy_rule_set"):
    """The entry is kept from all proxies, from those listed, or from none."""

    everyone: bool
    excluded: tuple[UUID, ...] = ()


class Undone(Act, frozen=True, tag="undone"):
    """An earlier act on the entry was taken back. `number`: its place among the entry's acts, from 1."""

    number: int


AnyAct = Hidden | Unhidden | Held | Contacted | Released | ProxyRuleSet | Undone

_decoder: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)


def encode(act: AnyAct) -> str:
    """The act as stored JSON text."""
    return msgspec.json.encode(act).decode()


def decode(text: str) -> AnyAct:
    """The act from its stored text; raises msgspec.ValidationError for anything not understood."""
    return _decoder.decode(text)


class About(msgspec.Struct, frozen=True):
    """Which entry an act of the journal is about. `keys`: its source keys, by which it is found when it comes again.

    `patient`: whom it came to, which is not in whose record it lies where records are merged.
    """

    patient: Patient
    entry: bytes
    keys: tuple[bytes, ...]


class Decided(msgspec.Struct, frozen=True):
    """An act on an entry, as the journal keeps it. `sequence`: its place among the acts on it; `actor`: who did it."""

    about: About
    act: str
    sequence: int
    at: datetime
    actor: str


class FoundWrong(msgspec.Struct, frozen=True):
    """Staff said that an entry is somebody else's, as the journal keeps it."""

    about: About


class ErasureDecided(msgspec.Struct, frozen=True):
    """What an entry says was erased, as the journal keeps it."""

    about: About


KINDS = {Decided: "entry", FoundWrong: "wrong_person", ErasureDecided: "entry_erased"}
"""Their names in the journal, which stay for ever."""


def repeatable(act: Decided | FoundWrong | ErasureDecided) -> Repeatable:
    """The act as the journal keeps it."""
    return Repeatable(KINDS[type(act)], msgspec.json.encode(act))


class Cause(Enum):
    """Why placement is looked at again. Only some causes are news to the patient (QUESTIONS 22)."""

    ARRIVED = "arrived"
    NEW_VERSION = "new_version"
    FILED = "filed"
    RELEASED = "released"
    TIME = "time"
    UNHIDDEN = "unhidden"
    STRICTER = "stricter"
    ACCESS = "access"
    POLICY = "policy"
    REBUILT = "rebuilt"

    @property
    def is_news(self) -> bool:
        """Whether a first placement for this cause is told to the patient."""
        return self in {Cause.ARRIVED, Cause.FILED, Cause.RELEASED, Cause.TIME}


class Placing(msgspec.Struct, frozen=True, gc=False):
    """How an entry shall lie in the timeline.

    `coded` None: the body that lies there stays. `full` None: there is no other than the coded one, or (with
    `with_text` False) it may not lie there. `hollow`, `proxies`, `refs`: as in the timeline's table.
    """

    entry_id: EntryId
    public_id: UUID
    fhir_type: str
    slot: int
    tranche: int
    sort: int
    has_date: bool
    hollow: int
    proxies: str
    placed_at: int
    refs: bytes
    coded: bytes | None
    full: bytes | None
    with_text: bool


class Membership(msgspec.Struct, frozen=True, gc=False):
    """A placed entry is part of a placed container: directly, or through containers in between."""

    container: EntryId
    member: EntryId
    is_direct: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What enters, leaves and changes in one patient's timeline.

    `withdrawn`: entries that leave; their bodies go back to the vault. `discarded`: entries whose lying body is
    replaced (they stand in `placed` or were put into the vault anew). `relinked`: (entry, refs) of entries that only
    name others now. `members`: what is part of what among placed entries. `news`: entries
    placed for the first time that the patient is told of.
    """

    patient_id: PatientId
    placed: tuple[Placing, ...] = ()
    altered: tuple[Placing, ...] = ()
    withdrawn: tuple[EntryId, ...] = ()
    discarded: tuple[EntryId, ...] = ()
    relinked: tuple[tuple[EntryId, bytes], ...] = ()
    members: tuple[Membership, ...] = ()
    news: tuple[EntryId, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementsChanged:
    """Told over the bus: what changes in the timelines of some patients."""

    at: datetime
    changes: tuple[Change, ...]
