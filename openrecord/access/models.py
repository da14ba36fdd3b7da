"""Tables of access. Private: others ask access.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class ActRow(PatientKeyed):
    """One act on a patient's access (access.events). `sequence` orders acts of the same instant."""

    sequence = models.BigIntegerField()
    at = models.BigIntegerField()
    act = models.TextField()

    class Meta:
        db_table = "access_act"


class EpochRow(models.Model):
    """How often a patient's Sight may have changed: a Sight row is current only while it carries this number.

    `policy_pending`: a policy changed and the patient's rows have not moved yet. `checked_on`: the London day on which
    it was last looked up what is open in front of staff.
    """

    patient_id = models.BigIntegerField(primary_key=True)
    epoch = models.BigIntegerField(default=1)
    policy_pending = models.BooleanField(default=False)
    checked_on = models.DateField(null=True)

    class Meta:
        db_table = "access_epoch"
        indexes = [
            models.Index(fields=["checked_on"], name="access_epoch_checked"),
            models.Index(fields=["patient_id"], name="access_epoch_pending", condition=models.Q(policy_pending=True)),
        ]


class DueRow(models.Model):
    """A matter open in front of a practice's staff (types.Matter); `viewer_id`: the parent, else zeros."""

    pk = models.CompositePrimaryKey("ods", "patient_id", "matter", "viewer_id")
    ods = models.CharField(max_length=12)
    patient_id = models.BigIntegerField()
    matter = models.CharField(max_length=30)
    viewer_id = models.BinaryField(max_length=16)
    since = models.BigIntegerField()

    class Meta:
        db_table = "access_due"
        indexes = [
            models.Index(fields=["ods", "since", "patient_id"], name="access_due_oldest"),
            models.Index(fields=["patient_id"], name="access_due_of"),
        ]


class SwitchRow(models.Model):
    """The one row whose number rises with every emergency stop and its end."""

    id = models.SmallIntegerField(primary_key=True)
    epoch = models.BigIntegerField(default=1)

    class Meta:
        db_table = "access_switch"


class ClosureRow(models.Model):
    """An emergency stop (openrecord close); kept after `opened_at`, for the history."""

    id = models.UUIDField(primary_key=True)
    scope = models.CharField(max_length=10)
    which = models.CharField(max_length=64, blank=True)
    reason = models.TextField()
    closed_at = models.BigIntegerField()
    opened_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "access_closure"


class ViewerRow(PatientKeyed):
    """Which person or client stands behind a viewer of a patient; `id` is the viewer."""

    kind = models.CharField(max_length=5)
    behind = models.UUIDField()

    class Meta:
        db_table = "access_viewer"
        indexes = [models.Index(fields=["behind"], name="access_viewer_behind")]


class InvitationRow(PatientKeyed):
    """Who was let in to act for the patient, as the practice wrote it down; `id` is the viewer.

    It stays once they have come: who signs in may prove no first name, and of two parents both must be told apart.
    `nhs_hash`: keyed hash of their NHS number (identity.queries.nhs_hash), where it was known. `code_hash`: keyed hash
    of the code that links them, until `ends_at` (microseconds); NULL where none is open.
    """

    given = models.CharField(max_length=200)
    family = models.CharField(max_length=200)
    born = models.DateField()
    nhs_hash = models.BinaryField(max_length=32, null=True)
    code_hash = models.BinaryField(max_length=32, null=True, unique=True)
    ends_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "access_invitation"


class TrancheRow(PatientKeyed):
    """A group of placed entries that stand alike: one organisation, current or covered by the same chunks.

    `number` is what timeline rows and Sight masks carry; `chunks` are hexadecimal chunk ids, NULL for current.
    """

    number = models.IntegerField()
    org = models.CharField(max_length=12)
    chunks = models.TextField(null=True)

    class Meta:
        db_table = "access_tranche"


class SightRow(PatientKeyed):
    """What one viewer may see of one tranche on one channel. Queries join it while it is valid and current.

    Tranche 0 is the head row that every computed Sight has, even one that sees nothing. `absences`, in the head
    row: why nothing of a slot can be shown, whatever lies in it (rules/absence.py).
    """

    viewer_id = models.BinaryField(max_length=16)
    client_id = models.BinaryField(max_length=16)
    channel = models.CharField(max_length=10)
    tranche = models.IntegerField()
    coded = models.BigIntegerField()
    full_text = models.BigIntegerField()
    is_proxy = models.BooleanField()
    at_ceiling = models.BooleanField()
    absences = models.CharField(max_length=64, default="")
    epoch = models.BigIntegerField()
    switch = models.BigIntegerField()
    valid_until = models.BigIntegerField()
    fingerprint = models.BinaryField(max_length=16)

    class Meta:
        db_table = "access_sight"
        indexes = [
            models.Index(fields=["patient_id", "viewer_id", "client_id", "channel"], name="access_sight_reader"),
        ]


class LiveTokenRow(models.Model):
    """An access token that may read now or could once: all that the hot path needs to know, found by its hash.

    `hash`: SHA-256 of the token, which itself is stored nowhere. `patient`: the patient's public id. `client_id`: the
    app's viewer, zeros where there is none. `slots`: bit per slot that the scopes open for reading.
    """

    hash = models.BinaryField(max_length=32, primary_key=True)
    patient_id = models.BigIntegerField()
    patient = models.BinaryField(max_length=16)
    viewer_id = models.BinaryField(max_length=16)
    client_id = models.BinaryField(max_length=16)
    scopes = models.TextField()
    slots = models.BigIntegerField()
    expires = models.BigIntegerField()
    revoked = models.BooleanField(default=False)

    class Meta:
        db_table = "access_live_token"
        indexes = [models.Index(fields=["patient_id", "client_id"], name="access_live_token_of")]
