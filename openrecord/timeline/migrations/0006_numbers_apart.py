"""Entries that were placed while "5mg" was one word get its number and its letters as two, as they are asked for now."""

from importlib import import_module

from django.db import migrations

_BEFORE = "0005_plain_names"
_say_again = import_module(f"openrecord.timeline.migrations.{_BEFORE}").say_again


class Migration(migrations.Migration):

    dependencies = [
        ("timeline", _BEFORE),
    ]

    operations = [
        migrations.RunPython(_say_again, migrations.RunPython.noop),
    ]
