"""Tables of taking. Private: others ask taking.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class DownloadRow(PatientKeyed):
    """A file that was asked for: whose, which part, how far. The file itself lies sealed in a folder (files).

    `due`: when the worker may take it up, null = never again. `digest` as in types.Download.
    """

    maker = models.BinaryField(max_length=16)
    format = models.CharField(max_length=10)
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
