"""Who lives in an edition's areas: the denominators of statistics."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from layers.models.edition import Edition
from layers.models.shape import Area
from layers.text_fields import VisibleCharField, VisibleJSONField


class Population(models.Model):
    """How many people live in each area of an edition: one statistics office's count of one year.

    A newer import of the same year takes the older one's place, which stays with `replaced_at`. Where
    `summed_from` is set, the counts were added up from those of the units that the areas are composed of.
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="populations", db_column="version_id"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    source = VisibleCharField(_("source"), max_length=200)
    licence = VisibleCharField(_("licence"), max_length=80, blank=True)
    file_name = VisibleCharField(_("file name"), max_length=200, blank=True)
    sha256 = VisibleCharField(_("SHA-256"), max_length=64, blank=True)
    original = models.FileField(_("the file as it came"), upload_to="population/", blank=True)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = VisibleCharField(_("imported by"), max_length=200, blank=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    summed_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="sums"
    )
    report = VisibleJSONField(_("import report"), default=dict)

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["edition", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "year"],
                condition=Q(replaced_at__isnull=True),
                name="population_one_per_year",
            ),
            models.CheckConstraint(condition=Q(year__range=(1800, 2200)), name="population_year_range"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.year}"


class PopulationCount(models.Model):
    """People of an age band in an area. Both ages None: the total; `age_to` None: and older, inclusive else.

    `n` None: the office does not publish it. Bands are rounded by it (in Norway no cell is 1 or 2), so they
    do not add up to the total: the total is the total.
    """

    population = models.ForeignKey(Population, on_delete=models.CASCADE, related_name="counts")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="populations")
    age_from = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    n = models.PositiveIntegerField(_("people"), null=True, blank=True)

    class Meta:
        verbose_name = _("population count")
        verbose_name_plural = _("population counts")
        constraints = [
            models.UniqueConstraint(
                fields=["population", "area", "age_from", "age_to"],
                nulls_distinct=False,
                name="populationcount_once",
            ),
            models.CheckConstraint(
                condition=Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="populationcount_age_order",
            ),
        ]

    def __str__(self) -> str:
        ages = "all" if self.age_from is None else f"{self.age_from}–{self.age_to or ''}"
        return f"{self.area_id} {ages}: {self.n}"
