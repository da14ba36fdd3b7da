"""Tables of ingest: what arrived, whose it is, what could not be accepted. Private."""

from django.db import models

from openrecord.db.base import PatientKeyed


class SourceRow(models.Model):
    """A file or message as it arrived: compressed bytes, digest, provenance."""

    id = models.BinaryField(max_length=16, primary_key=True)
    digest = models.BinaryField(max_length=32, db_index=True)
    name = models.TextField()
    format = models.CharField(max_length=20)
    received = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    size = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        db_table = "ingest_source"


class SourceKeyRow(models.Model):
    """Where the entry with a source identity is: keyed hash of organisation, patient (or none) and identity.

    `alias`: hash of the reference by which others of its source name it. `digest`: of the version in force.
    """

    key = models.BinaryField(max_length=16, primary_key=True)
    patient_id = models.BigIntegerField()
    entry_id = models.BinaryField(max_length=16)
    public_id = models.BinaryField(max_length=16)
    alias = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=16)
    version_id = models.BigIntegerField(null=True)
    version_time = models.BigIntegerField(null=True)
    source = models.BinaryField(max_length=16)

    class Meta:
        db_table = "ingest_source_key"
        indexes = [models.Index(fields=["patient_id", "alias"], name="ingest_alias")]


class LabKeyRow(PatientKeyed):
    """A result's laboratory key, hashed part by part, so that copies from elsewhere find each other."""

    report = models.CharField(max_length=32)
    order_number = models.CharField(max_length=32)
    test = models.CharField(max_length=32)
    specimen = models.CharField(max_length=32)
    sender = models.CharField(max_length=40)
    entry_id = models.BinaryField(max_length=16)
    public_id = models.BinaryField(max_length=16)
    arrived = models.IntegerField()

    class Meta:
        db_table = "ingest_lab_key"
        indexes = [models.Index(fields=["patient_id", "report"], name="ingest_lab_report")]


class LateVersionRow(PatientKeyed):
    """A version that arrived after a newer one: recorded, never in force."""

    entry_id = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=16)
    source = models.BinaryField(max_length=16)
    arrived = models.BigIntegerField()

    class Meta:
        db_table = "ingest_late_version"
        indexes = [models.Index(fields=["patient_id", "entry_id"], name="ingest_late")]


class QuarantineRow(models.Model):
    """Something that could not be accepted, with the reason; the bytes are those of its source."""

    id = models.UUIDField(primary_key=True)
    source = models.BinaryField(max_length=16)
    at = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    place = models.TextField()
    detail = models.TextField()
    resources = models.IntegerField()
    state = models.CharField(max_length=10, default="open")

    class Meta:
        db_table = "ingest_quarantine"
        indexes = [models.Index(fields=["state", "at"], name="ingest_quarantine_open")]
