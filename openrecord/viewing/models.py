"""What viewing keeps: derived from the audit of reads alone, and can be counted again from it."""

from django.db import models


class MonthViewer(models.Model):
    """This person viewed their own record in this month. `viewer_key` is the person's internal id."""

    pk = models.CompositePrimaryKey("viewer_key", "month")
    viewer_key = models.CharField(max_length=64)
    month = models.DateField()
    patient_id = models.BigIntegerField()

    class Meta:
        db_table = "month_viewer"
        indexes = (models.Index(fields=["month"], name="month_viewer_month"),)


class MonthViews(models.Model):
    """How many views a month had."""

    month = models.DateField(primary_key=True)
    views = models.BigIntegerField()

    class Meta:
        db_table = "month_views"


class Watermark(models.Model):
    """The last seal whose read has been counted; one row."""

    id = models.SmallIntegerField(primary_key=True)
    seal = models.BigIntegerField()

    class Meta:
        db_table = "viewing_watermark"
