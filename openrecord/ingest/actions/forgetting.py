"""Forgetting by what a patient's entries would be known again, where nothing may lead from them to another patient."""

from django.db import transaction

from openrecord.db import sql
from openrecord.registry.types import PatientId


@transaction.atomic
def forget_keys(patient_id: PatientId) -> None:
    """No source key and no laboratory key leads to an entry of this patient any more; the entries stay."""
    for table in ("ingest_source_key", "ingest_lab_key"):
        sql.execute(f"DELETE FROM {table} WHERE patient_id=%s", [patient_id])
