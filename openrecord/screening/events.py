"""What people decide about an entry, one act each, and what screening tells the stations behind it.

The stance towards an entry is the fold of its acts (rules/stance.py).
"""

from datetime import date
from uuid import UUID

import msgspec


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


AnyAct = Hidden | Unhidden | Held | Contacted | Released | ProxyRuleSet

_decoder: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)


def encode(act: AnyAct) -> str:
    """The act as stored JSON text."""
    return msgspec.json.encode(act).decode()


def decode(text: str) -> AnyAct:
    """The act from its stored text; raises msgspec.ValidationError for anything not understood."""
    return _decoder.decode(text)
