"""Source identity and versions: when two arrivals are the same entry, and which of them is newer.

A business identifier with its system belongs to one entry of one patient. A bare resource id does not (real files
repeat ids across patients), so there the patient is part of the identity.
"""

import hashlib

import msgspec

from openrecord.clinical.incoming import IncomingEntry
from openrecord.registry.types import OdsCode, PatientId

_encoder = msgspec.msgpack.Encoder()


def is_business_identity(identity: str) -> bool:
    """Whether the identity comes from a business identifier ("Type|system|value"), not from a bare id."""
    return identity.split("|", 2)[1:2] != ["id"]


def shared_key(org: OdsCode, identity: str) -> bytes:
    """16 bytes that stand for a business identity; it belongs to one patient at a time."""
    return _hash(f"{org}||{identity}")


def own_key(org: OdsCode, patient_id: PatientId, identity: str) -> bytes:
    """16 bytes that stand for an identity (or a reference) within one patient's record at one source."""
    return _hash(f"{org}|{patient_id}|{identity}")


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def digest(entry: IncomingEntry) -> bytes:
    """16 bytes over everything that was understood of an entry: equal digests = unchanged."""
    told = (
        entry.full, entry.coded, entry.kind, entry.links, entry.containers, entry.recorded, entry.clinical,
        entry.filed, entry.status, entry.label, entry.own, entry.unit, entry.control, entry.replaces,
    )  # fmt: skip
    return hashlib.blake2b(_encoder.encode(told), digest_size=16).digest()


def is_older(entry: IncomingEntry, version_id: int | None, version_time: int | None, entry_time: int | None) -> bool:
    """Whether an arriving version is older than the one in force, by the source's own order.

    `version_id`, `version_time` (microseconds): of the one in force. Where the two cannot be compared, arrival
    decides, and the arriving one is newer.
    """
    if version_time is not None and entry_time is not None and version_time != entry_time:
        return entry_time < version_time
    if version_id is not None and entry.version_id is not None:
        return entry.version_id < version_id
    return False
