"""Tables of requests. Private: others ask caseload.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class EventRow(PatientKeyed):
    """One event of a request (caseload.events), in the order of `sequence`. `actor`: who did it, as the trail names."""

    request = models.BinaryField(max_length=16)
    sequence = models.IntegerField()
    at = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    event = models.TextField()

    class Meta:
        db_table = "caseload_event"
        constraints = [
            models.UniqueConstraint(fields=["patient_id", "request", "sequence"], name="caseload_event_once"),
        ]


class OpenRow(models.Model):
    """An open request as its practice lists it: no word of it. Gone when the request has ended.

    `due`: the last day in time, the end of all days while the clock is stopped.
    """

    pk = models.CompositePrimaryKey("ods", "request")
    ods = models.CharField(max_length=12)
    request = models.BinaryField(max_length=16)
    patient_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    due = models.DateField()
    assignee = models.BinaryField(max_length=16, null=True)

    class Meta:
        db_table = "caseload_open"
        indexes = [models.Index(fields=["ods", "due", "request"], name="caseload_open_by_due")]
