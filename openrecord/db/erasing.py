"""Taking rows out for good."""

from collections.abc import Iterable

from django.db import connection

from openrecord.db import sql


def erase(tables: Iterable[str], patient_id: int) -> None:
    """No row of this patient is left in these tables."""
    for table in tables:
        sql.execute(f"DELETE FROM {table} WHERE patient_id=%s", [patient_id])


def overwrite_what_goes() -> None:
    """What this connection deletes from now on is overwritten in the file. PostgreSQL does it by its own vacuum."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")
