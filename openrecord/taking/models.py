"""Tables of taking. Private: others ask taking.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class DownloadRow(PatientKeyed):
    """A file that was asked for: whose, which part, how far. The file itself lies sealed in a folder (files).

    `due`: when the worker may take it up, null = never again. `digest` as in types.Download.
    """

    maker = models.BinaryField(max_length=16)
    format = models.CharField(max_length=20)
    sections = models.CharField(max_length=200)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    language = models.CharField(max_length=10)
    asked = models.BigIntegerField()
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField(default=0)
    due = models.BigIntegerField(null=True)
    made = models.BigIntegerField(null=True)
    digest = models.BinaryField(max_length=32, null=True)
    size = models.BigIntegerField(null=True)

    class Meta:
        db_table = "taking_download"
        indexes = [
            models.Index(fields=["due"], name="taking_download_due", condition=models.Q(due__isnull=False)),
            models.Index(fields=["asked"], name="taking_download_asked"),
        ]


class LinkRow(models.Model):
    """A link that shows a part of a record, found by the hash of its address; neither that nor the passcode is kept.

    `id`: by what its maker's pages name it. The rest as in types.Link.
    """

    hash = models.BinaryField(max_length=32, primary_key=True)
    patient_id = models.BigIntegerField()
    id = models.BinaryField(max_length=16)
    sharer = models.BinaryField(max_length=16)
    sections = models.CharField(max_length=200)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    salt = models.BinaryField(max_length=16)
    passcode = models.BinaryField(max_length=32)
    made = models.BigIntegerField()
    ends = models.BigIntegerField()
    ended = models.BigIntegerField(null=True)
    wrong = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "taking_link"
        indexes = [
            models.Index(fields=["patient_id"], name="taking_link_patient"),
            models.Index(fields=["ends"], name="taking_link_ends"),
        ]


class UseRow(PatientKeyed):
    """A link was tried: when, and whether the passcode was right. Nothing of who it was or what was seen."""

    link = models.BinaryField(max_length=16)
    at = models.BigIntegerField()
    right = models.BooleanField()

    class Meta:
        db_table = "taking_use"
