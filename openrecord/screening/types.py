"""What placement decides about, and what it decides."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NewType
from uuid import UUID

import msgspec

from openrecord.access.types import NO_PROXY_RULE, ProxyRule, Reason, Standing
from openrecord.clinical.incoming import Label, OwnContent, VersionStatus
from openrecord.clinical.kinds import EntryKind, Slot
from openrecord.clinical.signals.types import SignalKind
from openrecord.registry.types import OdsCode, PatientId

EntryId = NewType("EntryId", bytes)
"""The 16 bytes of a UUIDv7 (`kit.ids.spelt` writes them): as keys they cost a tenth of what UUID objects do."""


class HideReason(Enum):
    """The lawful reasons for hiding a whole entry (R32)."""

    SERIOUS_HARM = "serious_harm"
    THIRD_PARTY = "third_party"
    OTHER = "other"

    @property
    def code(self) -> Reason:
        """The reason code that staff see."""
        return Reason(f"hidden_{self.value}")


class ItemState(Enum):
    """What an item of the worklist waits for. A hold whose day has come waits for a decision like any other."""

    UNDECIDED = "undecided"
    HELD_UNTIL = "held_until"
    HELD_CONTACT = "held_contact"
    CONTACTED = "contacted"


class Item(msgspec.Struct, frozen=True, gc=False):
    """One entry that waits for the practice.

    `since`: when it came; `due`: by when the practice means to have decided; `leaves`: when a policy releases it by
    itself, None = never.
    """

    state: ItemState
    since: datetime
    due: datetime
    leaves: datetime | None


class ListedItem(msgspec.Struct, frozen=True, gc=False):
    """One line of a practice's worklist, with the bodies that only the practice sees.

    `signals` None: not looked at yet; `stamp`: names what was seen (`queries.stamp`); `cursor`: where the next begins.
    """

    patient_id: PatientId
    entry_id: EntryId
    public_id: UUID
    slot: Slot
    item: Item
    signals: tuple[SignalKind, ...] | None
    author: str
    coded: bytes
    full: bytes | None
    stamp: str
    cursor: str


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Which items are asked for; None and empty ask for all. `states`: what they wait for."""

    states: frozenset[ItemState] = frozenset(ItemState)
    slots: frozenset[Slot] | None = None
    signal: SignalKind | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class WorklistSummary:
    """How many items a practice has, of how many the promised time is over, and who wrote them."""

    every: int
    overdue: int
    authors: tuple[str, ...]


class Rendering(Enum):
    """How much of a visible entry is shown."""

    CODED = "coded"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Hold:
    """An entry kept back until a London day begins, or until the patient has been contacted (`until` None).

    `since`: when somebody decided so; None = as long as the entry is here.
    """

    until: date | None
    since: datetime | None = None
    contacted: bool = False


@dataclass(frozen=True, slots=True)
class Stance:
    """What people have decided about an entry so far: the fold of its decisions in order.

    `hides`: the reasons of hides not lifted. `hold`: the latest hold that no release has ended. `released`: a person
    has released it at least once. `marked`: first load or transfer, as the arrival said.
    """

    hides: frozenset[HideReason] = frozenset()
    hold: Hold | None = None
    released: bool = False
    proxy_rule: ProxyRule = NO_PROXY_RULE


NO_STANCE = Stance()


class EntryFacts(msgspec.Struct, frozen=True, gc=False):
    """One logical entry as placement sees it: its version in force and what was decided about it.

    `known`: when it first arrived. `containers`: what it is part of; `missing_container`: one of them is not known.
    `history_marks`: TRANSFERRED, FIRST_LOAD as the arrival was marked. `public_id`: as in EntryState.
    `came_as`: the patient to whom it came, where that record is part of this one; None = to this one. `answered`:
    people decided about it since then. `doubted`: it may be what is kept back in another part of the record.
    """

    entry_id: EntryId
    org: OdsCode
    kind: EntryKind
    slot: Slot
    known: datetime
    recorded: datetime | None
    clinical: datetime | None
    filed: bool | None = True
    status: VersionStatus = VersionStatus.FINAL
    label: Label = Label.NONE
    has_text: bool = False
    own: OwnContent = OwnContent.CODED
    containers: tuple[EntryId, ...] = ()
    missing_container: bool = False
    unit: str | None = None
    history_marks: frozenset[Reason] = frozenset()
    safe_mapper: bool = True
    superseded: bool = False
    wrong_person: bool = False
    copy_unresolved: bool = False
    stance: Stance = NO_STANCE
    public_id: UUID | None = None
    came_as: PatientId | None = None
    answered: bool = False
    doubted: bool = False


class Placement(msgspec.Struct, frozen=True, gc=False):
    """What becomes of one entry: `reasons` empty = it may lie in the timeline.

    `standing`: how Sight looks at it. `drops_text`: shown coded at every level, since its group hides something.
    """

    entry_id: EntryId
    reasons: frozenset[Reason]
    standing: Standing
    drops_text: bool = False

    @property
    def placed(self) -> bool:
        """Whether the entry may be seen by anybody at all."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one entry and one viewer: every reason it is not visible, or how it is shown."""

    entry_id: EntryId
    reasons: frozenset[Reason]
    rendering: Rendering | None

    @property
    def visible(self) -> bool:
        """Whether the viewer may see the entry now."""
        return not self.reasons


class EntryState(msgspec.Struct, frozen=True, gc=False):
    """An entry's facts, and how it lies now. `labels`: what each source says; `acted`: somebody decided about it.

    `proxies`: from which proxies it is kept where it lies (rules.keeping.as_text).
    """

    facts: EntryFacts
    public_id: UUID
    labels: str
    acted: bool = False
    placed: bool = False
    tranche: int = 0
    with_text: bool = False
    placed_at: int | None = None
    ever_placed: bool = False
    proxies: str = ""
