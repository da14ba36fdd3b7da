"""Bodies that were stored with files inside lose them: nobody has checked these. Delivered again, the files are kept."""

import re

from django.db import migrations

_TYPE_FIRST = re.compile(
    rb'("contentType":"[^"\\]*"(?:,"(?:language|creation)":"[^"\\]*")*),"data":"(?:[^"\\]|\\.)*"'
)
_DATA_FIRST = re.compile(rb'"data":"(?:[^"\\]|\\.)*",("contentType":"application/octet-stream")')
_BODIES = ("timeline_entry", "screening_vault", "screening_pending")
_HOLDS = {"sqlite": "instr({column}, %s) > 0", "postgresql": "position(%s in {column}) > 0"}


def take_out(_apps, editor):
    vendor = editor.connection.vendor
    with editor.connection.cursor() as cursor:
        for table in _BODIES:
            for column in ("coded", "full_body"):
                holds = _HOLDS[vendor].format(column=column)
                cursor.execute(f"SELECT patient_id, id FROM {table} WHERE {holds}", [b'"data":"'])
                for key in cursor.fetchall():
                    _strip(cursor, table, column, key)


def _strip(cursor, table, column, key):
    cursor.execute(f"SELECT {column} FROM {table} WHERE patient_id = %s AND id = %s", key)
    body = bytes(cursor.fetchone()[0])
    without = _DATA_FIRST.sub(rb"\1", _TYPE_FIRST.sub(rb"\1", body))
    if without != body:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE patient_id = %s AND id = %s", [without, *key])


class Migration(migrations.Migration):

    dependencies = [
        ("attachments", "0001_initial"),
        ("screening", "0003_proxies"),
        ("timeline", "0004_words_of_old_rows"),
    ]

    operations = [
        migrations.RunPython(take_out, migrations.RunPython.noop),
    ]
