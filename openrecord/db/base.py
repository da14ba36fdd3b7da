"""Base models. Every table that belongs to a patient is keyed by the patient first (architecture, Storage)."""

from django.db import models


class PatientKeyed(models.Model):
    """A row of one patient's: composite key (patient_id, id), so that it can be sharded by patient.

    `patient_id` is the internal 64-bit number, never shown; `id` the 16 bytes of a UUID.
    """

    pk = models.CompositePrimaryKey("patient_id", "id")
    patient_id = models.BigIntegerField()
    id = models.BinaryField(max_length=16)

    class Meta:
        abstract = True
