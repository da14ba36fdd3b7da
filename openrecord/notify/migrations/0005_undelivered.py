from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notify", "0004_nhs_app"),
    ]

    operations = [
        migrations.AddField(
            model_name="messagerow",
            name="ods",
            field=models.CharField(default="", max_length=12),
        ),
        migrations.AddIndex(
            model_name="messagerow",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["ods", "id"], name="notify_message_failed"
            ),
        ),
    ]
