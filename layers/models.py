"""The map beneath: layers with versions, and what lies in them.

Geometry is stored in EPSG:4326 (lon, lat). Zones and areas, which are drawn as tiles, keep a second
geometry in EPSG:3857, made by the database, with its own index.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from layers.geometry import WEB_MERCATOR, WGS84, IsStorable

# The first day of an edition of which nobody has said since when it holds.
EVER_SINCE = dt.date(1900, 1, 1)


class Layer(models.Model):
    """A map layer of one owner, for example the neighbourhood committees of a municipality.

    `owner` is text, country first (`NO-4012`), because layers know nothing of the conversation above.
    """

    class Kind(models.TextChoices):
        BOUNDARY = "boundary", _("Boundaries")
        ZONING = "zoning", _("Land-use plan")
        PLACE = "place", _("Places")
        ADDRESS = "address", _("Addresses")
        STREET = "street", _("Streets")
        WATER = "water", _("Water")
        LIGHT = "light", _("Street lights")
        POPULATION = "population", _("Population")
        OTHER = "other", _("Other")

    owner = models.CharField(_("owner"), max_length=20, help_text=_("Country and code, such as NO-4012."))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.SlugField(_("name"), max_length=80, help_text=_("Short name used in commands and files."))
    titles = models.JSONField(_("titles"), default=dict, blank=True)
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    style = models.CharField(_("style list"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ["owner", "name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="layer_one_name_per_owner"),
            models.CheckConstraint(
                condition=Q(owner__regex=r"^[A-Z]{2}-[A-Za-z0-9-]+$"), name="layer_owner_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.name}"


class LayerVersionQuerySet(models.QuerySet["LayerVersion"]):
    def holding_on(self, day: dt.date) -> Self:
        """Versions in force on a day: from `valid_from`, up to but not including `valid_to`."""
        return self.filter(valid_from__lte=day).exclude(valid_to__lte=day)

    def published(self) -> Self:
        return self.filter(published=True)


class LayerVersion(models.Model):
    """One edition of a layer. A new one closes the one before; none that is referred to is deleted."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    published = models.BooleanField(_("published"), default=True)
    source_srid = models.PositiveIntegerField(_("source CRS (EPSG)"))
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.CharField(_("imported by"), max_length=200, blank=True)
    feature_count = models.PositiveIntegerField(_("features"))
    report = models.JSONField(_("import report"), default=dict)

    objects = LayerVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("layer version")
        verbose_name_plural = _("layer versions")
        ordering = ["layer", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="layerversion_one_number"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="layerversion_valid_order",
            ),
            # Two editions of the same boundaries may not hold on one day: a pin has one committee.
            ExclusionConstraint(
                name="layerversion_one_a_day",
                expressions=[
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("layer", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer} v{self.number}"

    @property
    def begins(self) -> dt.date | None:
        """The first day it holds, for people; None when nobody has said: it has held ever since."""
        return None if self.valid_from == EVER_SINCE else self.valid_from


class _Located(models.Model):
    """What every thing in a layer has: its version, a code, a name and the source's other fields."""

    version = models.ForeignKey(LayerVersion, on_delete=models.PROTECT, related_name="%(class)ss")
    code = models.CharField(_("code"), max_length=80, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    properties = models.JSONField(_("properties"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.code


class Area(_Located):
    """An area of a boundary layer, such as a neighbourhood committee's."""

    geom = models.MultiPolygonField(srid=WGS84, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", WEB_MERCATOR),
        output_field=models.MultiPolygonField(srid=WEB_MERCATOR, spatial_index=False),
        db_persist=True,
    )
    predecessors = models.ManyToManyField("self", symmetrical=False, related_name="successors", blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="area_one_code_per_version"),
            models.CheckConstraint(condition=IsStorable("geom"), name="area_geom_storable"),
        ]
        indexes = [
            GistIndex("geom", name="area_geom_gist"),  # which committee is this pin in
            GistIndex("geom_3857", name="area_geom_3857_gist"),  # tiles
        ]


class Zone(_Located):
    """A zone of a land-use plan. `code` is the official purpose, `field` the zone's name in the plan (B1)."""

    field = models.CharField(_("field name"), max_length=80, blank=True)
    vertical_level = models.SmallIntegerField(_("vertical level"), default=2)
    provision = models.JSONField(_("provision in plain language"), default=dict, blank=True)
    geom = models.MultiPolygonField(srid=WGS84, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", WEB_MERCATOR),
        output_field=models.MultiPolygonField(srid=WEB_MERCATOR, spatial_index=False),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        constraints = [models.CheckConstraint(condition=IsStorable("geom"), name="zone_geom_storable")]
        indexes = [
            GistIndex("geom", name="zone_geom_gist"),  # which zone is this pin in
            GistIndex("geom_3857", name="zone_geom_3857_gist"),  # tiles
        ]


class Feature(_Located):
    """Anything of the other kinds: a place, an address, a street, a lake, a lamp."""

    geom = models.GeometryField(srid=WGS84, spatial_index=False)
    geom_3857 = models.GeneratedField(
        expression=Transform("geom", WEB_MERCATOR),
        output_field=models.GeometryField(srid=WEB_MERCATOR, spatial_index=False),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("feature")
        verbose_name_plural = _("features")
        constraints = [models.CheckConstraint(condition=IsStorable("geom"), name="feature_geom_storable")]
        indexes = [
            GistIndex("geom", name="feature_geom_gist"),  # what is near this place
            GistIndex("geom_3857", name="feature_geom_3857_gist"),  # tiles
        ]


class LayerEvent(models.Model):
    """The layers' own log: who imported, published or closed what, when. A trigger keeps it append-only."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="events", verbose_name=_("layer"))
    version_number = models.PositiveIntegerField(_("version"), null=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=200, blank=True)
    what = models.CharField(_("what happened"), max_length=20)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("layer event")
        verbose_name_plural = _("layer events")
        ordering = ["-at"]
