"""What a store holds, as JSON: `python -m tests.soak.state`, in a process of its own beside whoever writes or died.

`keys`: every source key with the ids behind it. `patients`: for each NHS number how many rows each table has.
`sources`: the kept files' digests.
"""

import json
import os

import django

TABLES = (
    "ingest_source_key", "screening_entry", "screening_vault", "screening_link", "screening_container",
    "timeline_entry", "timeline_words", "timeline_member", "registry_registration",
)  # fmt: skip


def main() -> None:
    """Print it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openrecord.config.settings")
    django.setup()
    from openrecord.db import sql

    keys = sql.rows("SELECT key, entry_id, public_id FROM ingest_source_key", [])
    people = sql.rows("SELECT patient_id, nhs_number FROM registry_patient", [])
    numbers = dict(people)
    patients: dict[str, dict[str, int]] = {number: {} for number in numbers.values()}
    for table in TABLES:
        for patient_id, count in sql.rows(f"SELECT patient_id, count(*) FROM {table} GROUP BY patient_id", []):
            patients[numbers[patient_id]][table] = count
    told = {
        "keys": {bytes(key).hex(): bytes(entry).hex() + bytes(public).hex() for key, entry, public in keys},
        "patients": patients,
        "people": len(people),
        "sources": sorted(bytes(row[0]).hex() for row in sql.rows("SELECT digest FROM ingest_source", [])),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
