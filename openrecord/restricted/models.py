"""Tables of restricted records. Private: others ask restricted.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class RestrictionRow(models.Model):
    """A practice restricts a patient's record. The row goes when it is lifted; who did what is on the trail."""

    pk = models.CompositePrimaryKey("ods", "patient_id")
    ods = models.CharField(max_length=12)
    patient_id = models.BigIntegerField()
    cause = models.CharField(max_length=20)

    class Meta:
        db_table = "restricted_record"


class OpeningRow(PatientKeyed):
    """Somebody broke the glass (restricted.types.Opening). `finding` and what follows: once somebody has checked it."""

    ods = models.CharField(max_length=12)
    staff = models.BinaryField(max_length=16)
    ground = models.CharField(max_length=20)
    words = models.TextField()
    at = models.BigIntegerField()
    until = models.BigIntegerField()
    finding = models.CharField(max_length=20, null=True)
    found = models.TextField(default="")

    class Meta:
        db_table = "restricted_opening"


class UncheckedRow(models.Model):
    """An opening that waits to be checked, in its practice's list: oldest first."""

    pk = models.CompositePrimaryKey("ods", "opening")
    ods = models.CharField(max_length=12)
    opening = models.BinaryField(max_length=16)
    patient_id = models.BigIntegerField()

    class Meta:
        db_table = "restricted_unchecked"
