"""Tables of cards. Private: others ask cards.queries."""

from django.db import models

from openrecord.db.base import PatientKeyed


class CardRow(PatientKeyed):
    """A card that was made: when, by whom, and by which numbers it is known outside. Nothing of what it says."""

    maker = models.BinaryField(max_length=16)
    kid = models.CharField(max_length=43)
    rid = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32)
    issued = models.BigIntegerField()
    withdrawn = models.BigIntegerField(null=True)

    class Meta:
        db_table = "cards_card"


class RevokedRow(models.Model):
    """A number on the revocation list of a key. It names no patient: the list is public."""

    pk = models.CompositePrimaryKey("kid", "rid")
    kid = models.CharField(max_length=43)
    rid = models.CharField(max_length=24)

    class Meta:
        db_table = "cards_revoked"
