"""Private tables: people and their accounts, staff, sessions, sign-ins under way.

What is looked up is the key: an account by the keyed hash of issuer and subject, a person by the keyed hash of the NHS
number, a session by the SHA-256 of its token. No token, subject or NHS number is stored.
"""

from django.db import models
from django.db.models import Q

from openrecord.identity.types import Kind


class PersonRow(models.Model):
    """A patient or proxy whose identity is proved. `email`, `phone`: as the provider has verified them, else empty."""

    id = models.UUIDField(primary_key=True)
    family = models.CharField(max_length=200)
    born = models.DateField()
    patient_id = models.BigIntegerField(null=True, db_index=True)
    created = models.DateTimeField()
    last_sign_in = models.DateTimeField()
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=20, default="")

    class Meta:
        db_table = "identity_person"


class NhsNumberIndex(models.Model):
    """Which person an NHS number is."""

    nhs_hash = models.BinaryField(primary_key=True, max_length=32)
    person = models.ForeignKey(PersonRow, on_delete=models.CASCADE)

    class Meta:
        db_table = "identity_nhs_number"


class Account(models.Model):
    """An account at a provider, and the person it last proved to be."""

    subject_hash = models.BinaryField(primary_key=True, max_length=32)
    person = models.ForeignKey(PersonRow, on_delete=models.CASCADE)
    created = models.DateTimeField()

    class Meta:
        db_table = "identity_account"


class StaffRow(models.Model):
    """A staff member of one organisation. `stopped`: since when they may no longer sign in."""

    id = models.UUIDField(primary_key=True)
    subject_hash = models.BinaryField(unique=True, max_length=32)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=20, db_index=True)
    roles = models.JSONField()
    created = models.DateTimeField()
    stopped = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_staff"


class SessionRow(models.Model):
    """A session. `claimed_roles`: what the provider named at sign-in, null where it names none."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    id = models.UUIDField()
    person = models.ForeignKey(PersonRow, null=True, on_delete=models.CASCADE)
    staff = models.ForeignKey(StaffRow, null=True, on_delete=models.CASCADE)
    strength = models.CharField(max_length=100)
    claimed_roles = models.JSONField(null=True)
    created = models.DateTimeField()
    last_seen = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_session"
        constraints = (
            models.CheckConstraint(
                name="session_is_somebodys", condition=Q(person__isnull=True) ^ Q(staff__isnull=True)
            ),
        )


class PendingRow(models.Model):
    """A sign-in whose browser is at the provider; usable once, by the browser that holds the cookie."""

    state_hash = models.BinaryField(primary_key=True, max_length=32)
    cookie_hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    nonce = models.CharField(max_length=64)
    verifier = models.CharField(max_length=128)
    next_path = models.CharField(max_length=2000)
    created = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_pending"
