from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('timeline', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='timelinerow',
            name='codes',
            field=models.TextField(default=''),
            preserve_default=False,
        ),
    ]
