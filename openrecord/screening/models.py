"""Tables of screening: what is known of every entry, what was decided, and the vault. Private."""

from django.db import models

from openrecord.db.base import PatientKeyed


class EntryRow(PatientKeyed):
    """One logical entry: the facts of its version in force and where its body lies.

    `labels`: the label each source has set, "source=word" separated by blanks. `acted`: acts exist. `placed`,
    `tranche`, `with_text`, `placed_at`, `proxies`: how it lies in the timeline, and from which proxies it is kept;
    `ever_placed`: it once did. `revision`: how often another version came into force. `came_as`: the patient to whom it
    came, where that record is part of this one; NULL = to this one.
    """

    public_id = models.BinaryField(max_length=16)
    org = models.CharField(max_length=12)
    kind = models.CharField(max_length=14)
    slot = models.SmallIntegerField()
    known = models.BigIntegerField()
    recorded = models.BigIntegerField(null=True)
    clinical = models.BigIntegerField(null=True)
    filed = models.BooleanField(null=True)
    status = models.CharField(max_length=16)
    labels = models.TextField()
    has_text = models.BooleanField()
    own = models.CharField(max_length=5)
    unit = models.TextField(null=True)
    marks = models.CharField(max_length=30)
    mapper = models.SmallIntegerField()
    superseded = models.BooleanField()
    wrong_person = models.BooleanField()
    copy_unresolved = models.BooleanField()
    acted = models.BooleanField()
    placed = models.BooleanField()
    tranche = models.IntegerField()
    with_text = models.BooleanField()
    placed_at = models.BigIntegerField(null=True)
    ever_placed = models.BooleanField()
    proxies = models.TextField(db_default="")
    revision = models.IntegerField(db_default=0)
    came_as = models.BigIntegerField(null=True)

    class Meta:
        db_table = "screening_entry"
        indexes = [
            models.Index(fields=["patient_id", "unit"], name="screening_unit", condition=models.Q(unit__isnull=False)),
            models.Index(fields=["org"], name="screening_foreign", condition=models.Q(wrong_person=True)),
        ]


class ContainerRow(PatientKeyed):
    """An entry is part of another. `container` is NULL until the one that `reference` names has arrived."""

    entry = models.BinaryField(max_length=16)
    container = models.BinaryField(max_length=16, null=True)
    reference = models.BinaryField(max_length=16)

    class Meta:
        db_table = "screening_container"
        indexes = [
            models.Index(fields=["patient_id", "entry"], name="screening_part_of"),
            models.Index(fields=["patient_id", "container"], name="screening_parts"),
        ]


class LinkRow(PatientKeyed):
    """An entry refers to another; `kind` is the R4 element. `target` is NULL until `reference` has arrived."""

    source = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=20)
    target = models.BinaryField(max_length=16, null=True)
    reference = models.BinaryField(max_length=16)

    class Meta:
        db_table = "screening_link"
        indexes = [
            models.Index(fields=["patient_id", "source"], name="screening_link_from"),
            models.Index(fields=["patient_id", "target"], name="screening_link_to"),
        ]


class VaultRow(PatientKeyed):
    """The vault: bodies that nobody outside the practice may see. `id` is the entry's."""

    coded = models.BinaryField(null=True)
    full_body = models.BinaryField(null=True)

    class Meta:
        db_table = "screening_vault"


class PendingRow(PatientKeyed):
    """A newer, unfiled version that waits behind the filed one in sight. `id` is the entry's."""

    status = models.CharField(max_length=16)
    filed = models.BooleanField(null=True)
    has_text = models.BooleanField()
    own = models.CharField(max_length=5)
    recorded = models.BigIntegerField(null=True)
    clinical = models.BigIntegerField(null=True)
    coded = models.BinaryField()
    full_body = models.BinaryField(null=True)

    class Meta:
        db_table = "screening_pending"


class ActRow(PatientKeyed):
    """One act on an entry (screening.events), in the order of `sequence`."""

    entry = models.BinaryField(max_length=16)
    sequence = models.BigIntegerField()
    at = models.BigIntegerField()
    actor = models.CharField(max_length=80)
    act = models.TextField()

    class Meta:
        db_table = "screening_act"
        indexes = [models.Index(fields=["patient_id", "entry", "sequence"], name="screening_act_order")]


class WorklistRow(models.Model):
    """One entry that waits for the practice: no body, so that the list is read by itself.

    `state`, `since`, `due`, `leaves` as in types.Item; `day`: the London day of `due` (proleptic ordinal). `signals`:
    bit for each kind found in it, None = not looked at yet; `rank`: place among the items of a day. `author`: whoever
    the source names.
    """

    pk = models.CompositePrimaryKey("org", "patient_id", "id")
    org = models.CharField(max_length=12)
    patient_id = models.BigIntegerField()
    id = models.BinaryField(max_length=16)
    slot = models.SmallIntegerField()
    state = models.CharField(max_length=12)
    since = models.BigIntegerField()
    due = models.BigIntegerField()
    leaves = models.BigIntegerField(null=True)
    day = models.IntegerField()
    signals = models.IntegerField(null=True)
    rank = models.SmallIntegerField()
    author = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "screening_worklist"
        indexes = [
            models.Index(fields=["org", "day", "rank", "id"], name="screening_worklist_order"),
            models.Index(
                fields=["org", "patient_id", "id"],
                name="screening_worklist_new",
                condition=models.Q(signals__isnull=True),
            ),
        ]
