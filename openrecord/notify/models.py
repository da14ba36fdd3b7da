"""Tables of notify. Private."""

from django.db import models

from openrecord.db.base import PatientKeyed


class NoticeRow(PatientKeyed):
    """A viewer was told that there is something new; which entry it was stays inside."""

    viewer_id = models.BinaryField(max_length=16)
    entry = models.BinaryField(max_length=16)
    at = models.BigIntegerField()

    class Meta:
        db_table = "notify_notice"
        indexes = [models.Index(fields=["patient_id", "viewer_id", "at"], name="notify_of_viewer")]
