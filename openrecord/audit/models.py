"""Tables of the trail in the main database. Append-only: triggers refuse UPDATE and DELETE (migration 0002).

The audit of reads has no model: its table is written by plain SQL on the hot path (reads_table.py).
"""

from django.db import models

from openrecord.db.base import PatientKeyed


class ChangeRow(PatientKeyed):
    """One change. `patient_id` is 0 where no patient is concerned; `at` is in microseconds since 1970 UTC."""

    writer = models.UUIDField()
    sequence = models.BigIntegerField()
    at = models.BigIntegerField()
    actor_kind = models.CharField(max_length=8)
    actor = models.TextField()
    role = models.TextField()
    authority = models.TextField()
    organisation = models.TextField(null=True)
    device = models.TextField(null=True)
    session = models.TextField(null=True)
    event = models.TextField()
    subject = models.TextField()
    details = models.TextField()

    class Meta:
        db_table = "audit_change"
        indexes = (models.Index(fields=["writer", "sequence"], name="audit_change_writer"),)


class Seal(models.Model):
    """One row of either table, taken up into the chain."""

    number = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    source = models.CharField(max_length=8)
    writer = models.UUIDField()
    sequence = models.BigIntegerField()
    row_id = models.UUIDField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_seal"
        indexes = (models.Index(fields=["source", "writer", "sequence"], name="audit_seal_row"),)


class Root(models.Model):
    """The Merkle root over one day's seals."""

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    tree = models.BinaryField()
    chain = models.BinaryField()

    class Meta:
        db_table = "audit_root"
