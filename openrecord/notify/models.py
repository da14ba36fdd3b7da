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


class PreferenceRow(PatientKeyed):
    """How a viewer wants to be told (`id`: the viewer's): the pace of each channel, under its name."""

    email = models.CharField(max_length=10)
    sms = models.CharField(max_length=10)
    push = models.CharField(max_length=10, default="off")
    nhs_app = models.CharField(max_length=10, default="off")
    language = models.CharField(max_length=10)

    class Meta:
        db_table = "notify_preference"


class DeviceRow(PatientKeyed):
    """A browser that gets messages for a viewer. `person`: who chose it there; `browser`: a hash of its endpoint."""

    viewer = models.BinaryField(max_length=16)
    person = models.BinaryField(max_length=16)
    browser = models.BinaryField(max_length=16)
    address = models.TextField()
    at = models.BigIntegerField()

    class Meta:
        db_table = "notify_device"
        indexes = [models.Index(fields=["browser"], name="notify_device_browser")]


class MessageRow(models.Model):
    """The outbox: a message on its way, or what became of it. It holds no word and no address.

    `next`: when it is sent, or its carrier asked what became of it; null = never again. `sent`: when a carrier took it,
    the last time; `reason`: why it failed; `ods`: the practice at which the patient was registered then.
    """

    id = models.BinaryField(max_length=16, primary_key=True)
    patient_id = models.BigIntegerField()
    viewer = models.BinaryField(max_length=16)
    channel = models.CharField(max_length=10)
    since = models.BigIntegerField()
    state = models.CharField(max_length=10)
    next = models.BigIntegerField(null=True)
    attempts = models.SmallIntegerField(default=0)
    sent = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=80, default="")
    reason = models.CharField(max_length=40, default="")
    ods = models.CharField(max_length=12, default="")

    class Meta:
        db_table = "notify_message"
        indexes = [
            models.Index(fields=["next"], name="notify_message_due", condition=models.Q(next__isnull=False)),
            models.Index(fields=["viewer", "channel", "state"], name="notify_message_of_viewer"),
            models.Index(fields=["ods", "id"], name="notify_message_failed", condition=models.Q(state="failed")),
        ]
