"""Entries that were placed before their plain names were searched get these among their words."""

from django.db import migrations

from openrecord.clinical.wording import wording

PORTION = 1000
_BEHIND = (
    "SELECT e.patient_id, e.id, e.coded, e.full_body, w.words, w.all_words FROM timeline_entry e "
    "JOIN timeline_words w ON w.patient_id = e.patient_id AND w.id = e.id "
    "WHERE e.patient_id > %s OR (e.patient_id = %s AND e.id > %s) ORDER BY e.patient_id, e.id LIMIT %s"
)
_UPDATE = "UPDATE timeline_words SET words = %s, all_words = %s WHERE patient_id = %s AND id = %s"


def say_again(_apps, editor):
    patient_id, entry = -(2**63), b""
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_BEHIND, [patient_id, patient_id, entry, PORTION])
            found = cursor.fetchall()
            if not found:
                return
            changed = [row for row in map(_said, found) if row is not None]
            if changed:
                cursor.executemany(_UPDATE, changed)
            patient_id, entry = found[-1][0], bytes(found[-1][1])


def _said(row):
    patient_id, entry, coded, full, words, all_words = row
    said = None if full is None else wording(bytes(full))
    now = wording(b"" if coded is None else bytes(coded)), said
    return None if now == (words, all_words) else (*now, patient_id, bytes(entry))


class Migration(migrations.Migration):

    dependencies = [
        ("timeline", "0004_words_of_old_rows"),
    ]

    operations = [
        migrations.RunPython(say_again, migrations.RunPython.noop),
    ]
