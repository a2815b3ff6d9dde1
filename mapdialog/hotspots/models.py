"""Where it gathers: stored results, each with the parameters, data and code it came from."""

from __future__ import annotations

from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.geometry import WGS84, IsStorable
from layers.models import Area, Edition
from mapdialog.dialogue.models import Consultation


class RunQuerySet(models.QuerySet["Run"]):
    def current(self, consultation: Consultation) -> Run | None:
        """The newest finished run on the consultation's own boundary set."""
        return (
            self.filter(consultation=consultation, boundary_edition__layer=consultation.boundary_layer_id)
            .order_by("-finished_at", "-id")
            .first()
        )

    def of(self, consultation: Consultation) -> Self:
        return self.filter(consultation=consultation)


class Run(models.Model):
    """One calculation. `boundary_edition` is null where the consultation has no boundaries."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="runs")
    boundary_edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, related_name="+", db_column="boundary_version_id"
    )
    data_version = models.PositiveBigIntegerField(_("data version"))
    parameters = models.JSONField(_("parameters"))
    code_version = models.CharField(_("code version"), max_length=40)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    n = models.PositiveIntegerField(_("comments with a spot"))
    n_without_place = models.PositiveIntegerField(_("comments without a spot"))
    n_rough = models.PositiveIntegerField(_("comments whose spot is not a point"), default=0)
    n_outside = models.PositiveIntegerField(_("outside every area"))
    # density surface: {"west", "south", "cell_m", "srid", "rows", "columns", "peak"} and its values
    density = models.JSONField(_("density surface"), default=dict)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-finished_at"]
        indexes = [models.Index(fields=["consultation", "-finished_at"], name="run_newest")]


class RunFailure(models.Model):
    """The last calculation of a consultation failed; gone when one succeeds."""

    consultation = models.OneToOneField(
        Consultation, on_delete=models.CASCADE, primary_key=True, related_name="run_failure"
    )
    data_version = models.PositiveBigIntegerField(_("data version"))
    failed_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("failed run")
        verbose_name_plural = _("failed runs")


class Hotspot(models.Model):
    """A gathering of contributions, inside one committee."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="hotspots")
    rank = models.PositiveIntegerField(_("rank"))
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    geom = models.GeometryField(srid=WGS84, spatial_index=False)
    centre = models.PointField(srid=WGS84, spatial_index=False)
    name = models.JSONField(_("name"), default=dict)
    n = models.PositiveIntegerField(_("comments"))
    n_contributors = models.PositiveIntegerField(_("different senders"))
    n_unknown = models.PositiveIntegerField(_("comments from unknown senders"))
    themes = models.JSONField(_("leading themes"), default=list)
    statistics = models.JSONField(_("statistics"), default=dict)

    class Meta:
        verbose_name = _("hotspot")
        verbose_name_plural = _("hotspots")
        ordering = ["run", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rank"], name="hotspot_rank_once"),
            models.CheckConstraint(condition=IsStorable("geom"), name="hotspot_geom_storable"),
        ]
        indexes = [GistIndex("geom", name="hotspot_geom_gist")]  # hotspots in view


class AreaSummary(models.Model):
    """Counts of one committee in one run; `area` null collects what lies outside every committee."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="summaries")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    n = models.PositiveIntegerField(_("comments"))
    n_contributors = models.PositiveIntegerField(_("different senders"))
    n_unknown = models.PositiveIntegerField(_("comments from unknown senders"))
    themes = models.JSONField(_("by theme"), default=dict)
    area_km2 = models.FloatField(_("area (km²)"), null=True)

    class Meta:
        verbose_name = _("summary by area")
        verbose_name_plural = _("summaries by area")
        constraints = [
            models.UniqueConstraint(fields=["run", "area"], name="summary_area_once", nulls_distinct=False)
        ]


class DensityCell(models.Model):
    """How many contributions lie in one square of the Web Mercator quadtree; heat tiles add these up.

    `level` is the quadtree depth (the world is 2^level squares across), `x` from the west and `y` from the
    north, as in tile numbers. `audience` says whose view was counted: everyone's or officials'.
    """

    class Audience(models.TextChoices):
        EVERYONE = "everyone"
        OFFICIALS = "officials"

    pk = models.CompositePrimaryKey("consultation", "audience", "level", "x", "y")
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=9, choices=Audience)
    level = models.PositiveSmallIntegerField()
    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__lte=24), name="densitycell_level")]


class DensityState(models.Model):
    """Which data version the density cells of a consultation count."""

    consultation = models.OneToOneField(
        Consultation, on_delete=models.CASCADE, primary_key=True, related_name="density_state"
    )
    data_version = models.PositiveBigIntegerField(default=0)
    refreshed_at = models.DateTimeField()
