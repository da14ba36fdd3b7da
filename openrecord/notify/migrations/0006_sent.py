from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notify", "0005_undelivered"),
    ]

    operations = [
        migrations.AddField(
            model_name="messagerow",
            name="sent",
            field=models.BigIntegerField(null=True),
        ),
    ]
