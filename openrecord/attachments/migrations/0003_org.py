"""The practice that controls the entry of each file, and the entry's inside id: it finds what of its own was refused."""

from django.db import migrations, models

_OF_ENTRY = (
    "(SELECT e.{column} FROM screening_entry e "
    "WHERE e.patient_id = attachments_file.patient_id AND e.public_id = attachments_file.public_id)"
)


def fill(_apps, editor):
    org, entry = (_OF_ENTRY.format(column=column) for column in ("org", "id"))
    with editor.connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE attachments_file SET org = COALESCE({org}, ''), entry = COALESCE({entry}, %s)", [bytes(16)]
        )


class Migration(migrations.Migration):

    dependencies = [
        ("attachments", "0002_out_of_bodies"),
        ("screening", "0004_came_as"),
    ]

    operations = [
        migrations.AddField(
            model_name="filerow",
            name="org",
            field=models.CharField(default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="filerow",
            name="entry",
            field=models.BinaryField(default=bytes(16), max_length=16),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="filerow",
            index=models.Index(
                condition=models.Q(("state__in", ["infected", "unchecked", "too_large", "damaged"])),
                fields=["org", "received", "id"],
                name="attachments_refused",
            ),
        ),
    ]
