"""The vault: bodies leave it when their entry enters the timeline, and return when it leaves."""

from collections.abc import Collection, Mapping

from openrecord.db import sql
from openrecord.registry.types import PatientId
from openrecord.screening.types import EntryId

Body = tuple[bytes | None, bytes | None]
"""(coded, full): full is None where it does not differ, either where it lies elsewhere."""
COLUMNS = ("patient_id", "id", "coded", "full_body")
_BODIES = "SELECT patient_id, id, coded, full_body FROM screening_vault WHERE {which}"
_EMPTIED = "UPDATE screening_vault SET coded=NULL WHERE {which}"
_RETURNED = (
    "UPDATE screening_vault SET coded=COALESCE(%s, coded), full_body=COALESCE(%s, full_body) "
    "WHERE patient_id=%s AND id=%s"
)


def take_out(wanted: Mapping[PatientId, Mapping[EntryId, bool]]) -> dict[PatientId, dict[EntryId, Body]]:
    """The bodies of each patient's entries that leave the vault; False: the text of this one stays there."""
    bodies: dict[PatientId, dict[EntryId, Body]] = {patient_id: {} for patient_id in wanted}
    text_stays: dict[PatientId, list[EntryId]] = {patient_id: [] for patient_id in wanted}
    gone: dict[PatientId, list[EntryId]] = {patient_id: [] for patient_id in wanted}
    for number, raw, coded, full in sql.rows_of(_BODIES, "id", wanted):
        patient_id, entry_id = PatientId(number), EntryId(bytes(raw))
        bodies[patient_id][entry_id] = _body(coded, full)
        leaves_whole = full is None or wanted[patient_id][entry_id]
        (gone if leaves_whole else text_stays)[patient_id].append(entry_id)
    sql.execute_of(_EMPTIED, [], "id", text_stays)
    sql.delete_of("screening_vault", "id", gone)
    return bodies


def put_in(
    bodies: Mapping[PatientId, Mapping[EntryId, Body]], replaced: Mapping[PatientId, Collection[EntryId]]
) -> None:
    """Bodies that have arrived and may not lie in the timeline, or of which the text may not."""
    sql.delete_of("screening_vault", "id", replaced)
    sql.insert(
        "screening_vault", COLUMNS, [(p, entry, *body) for p, each in bodies.items() for entry, body in each.items()]
    )


def take_back(bodies: Mapping[PatientId, Mapping[EntryId, Body]]) -> None:
    """Bodies that left the timeline lie in the vault again; None keeps what lies there already."""
    lying = {(PatientId(row[0]), EntryId(bytes(row[1]))) for row in sql.rows_of(_BODIES, "id", bodies)}
    for patient_id, entry_id in lying:
        sql.execute(_RETURNED, [*bodies[patient_id][entry_id], patient_id, entry_id])
    new = [
        (patient_id, entry_id, *body)
        for patient_id, each in bodies.items()
        for entry_id, body in each.items()
        if (patient_id, entry_id) not in lying
    ]
    sql.insert("screening_vault", COLUMNS, new)


def _body(coded: bytes | None, full: bytes | None) -> Body:
    return None if coded is None else bytes(coded), None if full is None else bytes(full)
