"""The table of reads where it lies in the main database, and the triggers that make the trail append-only."""

from django.db import migrations

from openrecord.audit import append_only, reads_table


def protect(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    tables = append_only.TABLES
    if vendor == "postgresql":
        for statement in (*reads_table.definition(vendor), append_only.POSTGRES_FUNCTION):
            schema_editor.execute(statement, params=None)
        tables = (*tables, reads_table.TABLE)
    for table in tables:
        for statement in append_only.triggers(vendor, table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(protect, elidable=False)]
