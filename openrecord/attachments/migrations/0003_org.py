"""The practice that controls the entry of each file, so that it finds what of its own was refused."""

from django.db import migrations, models

_FILL = """
UPDATE attachments_file SET org = COALESCE((
    SELECT e.org FROM screening_entry e
    WHERE e.patient_id = attachments_file.patient_id AND e.public_id = attachments_file.public_id), '')
"""


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
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="filerow",
            index=models.Index(
                condition=models.Q(("state__in", ["infected", "unchecked", "too_large", "damaged"])),
                fields=["org", "received", "id"],
                name="attachments_refused",
            ),
        ),
    ]
