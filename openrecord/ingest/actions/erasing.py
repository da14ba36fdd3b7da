"""What arrived about a patient goes: the keys of its entries, and the bytes that speak of nobody else who is here."""

from collections.abc import Collection, Iterator

import zstandard

from openrecord.clinical.nhs_number import NhsNumber, is_valid
from openrecord.clinical.reading import Format
from openrecord.db import erasing, sql
from openrecord.ingest.rules import identity
from openrecord.ingest.rules.preparing import read_whole
from openrecord.ingest.rules.unpacking import unpacked
from openrecord.registry import queries as registry
from openrecord.registry.types import OdsCode, Patient

_PAGE = 50
_SOURCES = "SELECT id, name, format, size, body FROM ingest_source WHERE id > %s ORDER BY id LIMIT %s"
TABLES = ("ingest_source_key", "ingest_lab_key", "ingest_late_version")


def erase(patient: Patient) -> None:
    """No key leads to the patient's entries, and what was kept of deliveries that were theirs alone is gone."""
    erasing.erase(TABLES, patient.patient_id)
    _forget([source for source, is_alone in speaking_of(patient) if is_alone])


def erase_entry(patient: Patient, org: OdsCode, entry_id: bytes, keys: Collection[bytes]) -> None:
    """What was kept of an entry is gone, with every delivery that brought it: it goes whole, others in it or not.

    `patient`: to whom it came; `keys`: by which it is known, and known again.
    """
    sql.execute("DELETE FROM ingest_late_version WHERE patient_id=%s AND entry_id=%s", [patient.patient_id, entry_id])
    sql.execute("DELETE FROM ingest_lab_key WHERE patient_id=%s AND entry_id=%s", [patient.patient_id, entry_id])
    _forget([source for source, data, stated in _deliveries(patient) if _brought(data, stated, patient, org, keys)])


def _brought(data: bytes, stated: Format | None, patient: Patient, org: OdsCode, keys: Collection[bytes]) -> bool:
    named = (entry.identity for message in read_whole(data, stated).messages for entry in message.entries)
    return any(
        identity.shared_key(org, one) in keys or identity.own_key(org, patient.patient_id, one) in keys for one in named
    )


def _forget(sources: Collection[bytes]) -> None:
    sql.execute_in("DELETE FROM ingest_quarantine WHERE source IN ({keys})", [], sources)
    sql.execute_in("DELETE FROM ingest_source WHERE id IN ({keys})", [], sources)


def speaking_of(patient: Patient) -> Iterator[tuple[bytes, bool]]:
    """Every delivery in which the patient's NHS number stands, and whether nobody else who is here is in it."""
    return ((source, not _others(data, stated, patient)) for source, data, stated in _deliveries(patient))


def _deliveries(patient: Patient) -> Iterator[tuple[bytes, bytes, Format | None]]:
    """Every delivery in which the patient's NHS number stands: all are read, because none says who is in it."""
    after = b""
    while found := sql.rows(_SOURCES, [after, _PAGE]):
        for raw, name, stated, size, body in found:
            data = zstandard.ZstdDecompressor().decompress(bytes(body), max_output_size=size)
            if _stands_in(patient.nhs_number, name, data):
                yield bytes(raw), data, Format(stated) if stated else None
        after = bytes(found[-1][0])


def _stands_in(number: NhsNumber, name: str, data: bytes) -> bool:
    """Whether the number, as people and systems write it, stands in the bytes or in the name of what came."""
    written = [number, *(f"{number[:3]}{gap}{number[3:6]}{gap}{number[6:]}" for gap in " -")]
    try:
        plain = unpacked(data)
    except ValueError:
        plain = data
    texts = (plain, name.encode())
    return any(
        w.encode(code) in text for w in written for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")
    )


def _others(data: bytes, stated: Format | None, patient: Patient) -> bool:
    """Whether somebody else who is here has a part in it."""
    claimed = (message.patient for message in read_whole(data, stated).messages)
    numbers = {"".join((one.nhs_number or "").split()).replace("-", "") for one in claimed if one is not None}
    others = (registry.patient_by_nhs_number(NhsNumber(number)) for number in numbers if is_valid(number))
    return any(other is not None and other.patient_id != patient.patient_id for other in others)
