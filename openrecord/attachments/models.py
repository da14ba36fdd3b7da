"""Tables of attachments. Private: others ask attachments.queries."""

from django.db import models

from openrecord.attachments.types import REFUSED
from openrecord.db.base import PatientKeyed


class FileRow(PatientKeyed):
    """One file of one entry. `id`: the one that the entry's bodies name; `public_id`, `fhir_type`: the entry's.

    `digest`: keyed by the patient, of what the file holds; `store`: the name under which it lies on the disk, NULL
    where it was not kept; several entries of a patient may share one. `tried`: when the scanner was last asked, 0 =
    never. `org`: the organisation that controls the entry; `entry`: what that organisation's pages call it. `seen`:
    when somebody there had seen that it was refused.
    """

    public_id = models.BinaryField(max_length=16)
    fhir_type = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32)
    store = models.BinaryField(max_length=16, null=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=10)
    found = models.TextField(blank=True)
    received = models.BigIntegerField()
    tried = models.BigIntegerField(default=0)
    checked = models.BigIntegerField(null=True)
    org = models.CharField(max_length=12)
    entry = models.BinaryField(max_length=16)
    seen = models.BigIntegerField(null=True)

    class Meta:
        db_table = "attachments_file"
        indexes = [
            models.Index(fields=["patient_id", "public_id"], name="attachments_of_entry"),
            models.Index(fields=["patient_id", "digest"], name="attachments_same"),
            models.Index(fields=["store"], name="attachments_store"),
            models.Index(fields=["tried"], name="attachments_waiting", condition=models.Q(state="waiting")),
            models.Index(
                fields=["org", "received", "id"],
                name="attachments_refused",
                condition=models.Q(state__in=[state.value for state in REFUSED], seen__isnull=True),
            ),
        ]
