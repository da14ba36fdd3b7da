from django.db import migrations, models


class Migration(migrations.Migration):
    """Sights are computed anew, with why what is closed is closed."""

    dependencies = [
        ("access", "0006_pending"),
    ]

    operations = [
        migrations.AddField(
            model_name="sightrow",
            name="absences",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunSQL("DELETE FROM access_sight", migrations.RunSQL.noop),
    ]
