"""Tables of the timeline: only what may be seen lies here. Private."""

from django.db import models

from openrecord.db.base import PatientKeyed


class TimelineRow(PatientKeyed):
    """One entry that may be seen at the ceiling. `id` is the entry's.

    `fhir_type` and `sort` (clinical instant) give the reading order; `slot` and `tranche` meet the Sight masks.
    `coded`, `full_body` (NULL where equal or not to be shown): R4 JSON without references; `refs`: the references
    within the ceiling, as a JSON fragment. `hollow`: 0 shows by itself, 1 only through its members, 2 by itself only
    with text. `proxies`: hexadecimal viewer ids it is kept from, "*" for all proxies, "" for none.
    `revised`: when the bodies last changed; the references speak for themselves. `codes`: what can be
    searched by code (clinical.r4.tokens), of the coded body alone.
    """

    public_id = models.BinaryField(max_length=16)
    fhir_type = models.CharField(max_length=24)
    sort = models.BigIntegerField()
    slot = models.SmallIntegerField()
    tranche = models.IntegerField()
    has_date = models.BooleanField()
    hollow = models.SmallIntegerField()
    proxies = models.TextField()
    placed_at = models.BigIntegerField()
    revised = models.BigIntegerField()
    coded = models.BinaryField()
    full_body = models.BinaryField(null=True)
    refs = models.BinaryField()
    codes = models.TextField()

    class Meta:
        db_table = "timeline_entry"
        indexes = [
            models.Index(fields=["patient_id", "fhir_type", "sort", "public_id"], name="timeline_reading_order"),
            models.Index(fields=["patient_id", "sort", "public_id"], name="timeline_whole_order"),
            models.Index(fields=["patient_id", "public_id"], name="timeline_public"),
        ]


class WordsRow(PatientKeyed):
    """What a placed entry says in words, for searching (clinical.wording).

    `id`, `sort`, `public_id`, `slot`: the entry's. `words`: those of the coded body; `all_words`: those of the full
    body, NULL where there is none. Apart from the entries: a search reads the words of a whole record and the bodies
    of one page.
    """

    sort = models.BigIntegerField()
    public_id = models.BinaryField(max_length=16)
    slot = models.SmallIntegerField()
    words = models.TextField()
    all_words = models.TextField(null=True)

    class Meta:
        db_table = "timeline_words"
        indexes = [models.Index(fields=["patient_id", "sort", "public_id"], name="timeline_words_order")]


class MemberRow(PatientKeyed):
    """A placed entry is part of a placed container, directly or through others."""

    container = models.BinaryField(max_length=16)
    member = models.BinaryField(max_length=16)
    is_direct = models.BooleanField()

    class Meta:
        db_table = "timeline_member"
        indexes = [
            models.Index(fields=["patient_id", "container"], name="timeline_members"),
            models.Index(fields=["patient_id", "member"], name="timeline_member_of"),
        ]
