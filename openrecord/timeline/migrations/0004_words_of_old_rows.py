"""Entries that were placed before there was a search get their words."""

from django.db import migrations

from openrecord.clinical.wording import wording

PORTION = 1000
_WITHOUT = (
    "SELECT e.patient_id, e.id, e.sort, e.public_id, e.slot, e.coded, e.full_body FROM timeline_entry e "
    "LEFT JOIN timeline_words w ON w.patient_id = e.patient_id AND w.id = e.id WHERE w.id IS NULL LIMIT %s"
)
_INSERT = (
    "INSERT INTO timeline_words (patient_id, id, sort, public_id, slot, words, all_words) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def add_words(_apps, editor):
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_WITHOUT, [PORTION])
            found = cursor.fetchall()
            if not found:
                return
            cursor.executemany(_INSERT, [_row(*row) for row in found])


def _row(patient_id, entry, sort, public_id, slot, coded, full):
    said = None if full is None else wording(bytes(full))
    words = wording(b"" if coded is None else bytes(coded))
    return patient_id, bytes(entry), sort, bytes(public_id), slot, words, said


class Migration(migrations.Migration):

    dependencies = [
        ("timeline", "0003_words"),
    ]

    operations = [
        migrations.RunPython(add_words, migrations.RunPython.noop),
    ]
