"""Tables of the registry. Private: others ask registry.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class PracticeRow(models.Model):
    """A GP practice by its ODS code. `looked`: when PairedRow was last filled for it, 0 = never."""

    ods = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=200)
    closed_on = models.DateField(null=True)
    looked = models.BigIntegerField(default=0)

    class Meta:
        db_table = "registry_practice"
        indexes = [models.Index(fields=["looked"], name="registry_practice_looked")]


class PracticePlaceRow(models.Model):
    """Where a practice stood in the hierarchy, and on which system, from `valid_from` to before `valid_to`."""

    ods = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    system = models.CharField(max_length=60, blank=True)
    pcn = models.CharField(max_length=12, blank=True)
    sub_icb = models.CharField(max_length=12, blank=True)
    icb = models.CharField(max_length=12, blank=True)
    region = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "registry_practice_place"
        constraints = [
            models.UniqueConstraint(fields=["ods", "valid_from"], name="registry_place_once"),
        ]


class PolicyRow(models.Model):
    """One version of a practice's policy; the newest version is in force. `actor`, `why`: as in types.PolicyVersion."""

    ods = models.CharField(max_length=12)
    version = models.IntegerField()
    at = models.BigIntegerField()
    body = models.TextField()
    actor = models.CharField(max_length=64, default="")
    why = models.TextField(default="")

    class Meta:
        db_table = "registry_policy"
        constraints = [models.UniqueConstraint(fields=["ods", "version"], name="registry_policy_once")]


class ProposalRow(models.Model):
    """A change of policy that was written down, to be looked at before it is in force."""

    id = models.UUIDField(primary_key=True)
    ods = models.CharField(max_length=12)
    base = models.IntegerField()
    at = models.BigIntegerField()
    body = models.TextField()

    class Meta:
        db_table = "registry_proposal"


class ReadinessRow(models.Model):
    """One answer of a practice to one item of the checklist; the newest version counts."""

    ods = models.CharField(max_length=12)
    item = models.CharField(max_length=40)
    version = models.IntegerField()
    state = models.CharField(max_length=20)
    evidence = models.TextField(blank=True)
    reason = models.CharField(max_length=40, blank=True)
    at = models.BigIntegerField()
    actor = models.CharField(max_length=64)

    class Meta:
        db_table = "registry_readiness"
        constraints = [
            models.UniqueConstraint(fields=["ods", "item", "version"], name="registry_readiness_once"),
        ]


class PatientRow(models.Model):
    """A patient. Found by the keyed hash of the NHS number. `merged_into`, `merged_at`: as in types.Patient."""

    patient_id = models.BigIntegerField(primary_key=True)
    public_id = models.BinaryField(max_length=16, unique=True)
    nhs_hash = models.BinaryField(max_length=32, unique=True)
    nhs_number = models.CharField(max_length=10)
    family = models.CharField(max_length=200)
    given = models.CharField(max_length=200)
    born = models.DateField(null=True)
    gender = models.CharField(max_length=20, blank=True)
    died = models.BooleanField(default=False)
    address_flagged = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)
    merged_into = models.BigIntegerField(null=True)
    merged_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "registry_patient"
        indexes = [
            models.Index(fields=["merged_into"], name="registry_merged"),
        ]


class PairedRow(PatientKeyed):
    """A record that a practice has and that stood in a pair when pairs were last looked for there."""

    ods = models.CharField(max_length=12)

    class Meta:
        db_table = "registry_paired"
        indexes = [models.Index(fields=["ods", "patient_id"], name="registry_paired_of_practice")]


class DistinctRow(PatientKeyed):
    """Two records of which somebody said that they are two people's, that with the smaller number first."""

    other = models.BigIntegerField()

    class Meta:
        db_table = "registry_distinct"
        indexes = [models.Index(fields=["other"], name="registry_distinct_other")]


class RegistrationRow(PatientKeyed):
    """A patient's stay at a practice, from the beginning of `start` to the beginning of `end_on`.

    `entered`: when it was registered here (microseconds).
    """

    ods = models.CharField(max_length=12)
    start = models.DateField()
    end_on = models.DateField(null=True)
    entered = models.BigIntegerField(null=True)

    class Meta:
        db_table = "registry_registration"
        indexes = [models.Index(fields=["ods", "patient_id"], name="registry_list_of_practice")]
