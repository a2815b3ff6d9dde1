"""What lies in an edition: areas of a boundary set, zones of a plan, features of every other kind."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from layers.geometry import WEB_MERCATOR, WGS84, IsStorable
from layers.models.edition import Edition
from layers.text_fields import VisibleCharField, VisibleJSONField, VisibleTextField


class _Located(models.Model):
    """What every thing in a layer has: its edition, a code, a name and the source's other columns.

    `names` holds the name by language where the source has it in several (Kárášjohka, Karasjok).
    """

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="%(class)ss", db_column="version_id"
    )
    code = VisibleCharField(_("code"), max_length=80, blank=True)
    name = VisibleCharField(_("name"), max_length=200, blank=True)
    names = VisibleJSONField(_("names by language"), default=dict, blank=True, db_default={})
    properties = VisibleJSONField(_("properties"), default=dict, blank=True)

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

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="area_one_code_per_version"),
            models.CheckConstraint(condition=IsStorable("geom"), name="area_geom_storable"),
        ]
        indexes = [
            GistIndex("geom", name="area_geom_gist"),  # which committee is this pin in
            GistIndex("geom_3857", name="area_geom_3857_gist"),  # tiles
        ]


class Zone(_Located):
    """A zone of a land-use plan. `code` is the official purpose, `field` the zone's name in the plan (B1).

    `land_use_status` is the master plan's: 1 existing, 2 future (arealbruksstatus); None where a plan does
    not say. `legal_text` is the provision as decided, `provision` the line in plain language.
    """

    field = VisibleCharField(_("zone field"), max_length=80, blank=True)
    vertical_level = models.SmallIntegerField(_("vertical level"), default=2)
    land_use_status = models.SmallIntegerField(_("existing or future"), null=True, blank=True)
    provision = VisibleJSONField(_("provision in plain language"), default=dict, blank=True)
    legal_text = VisibleTextField(_("provision as adopted"), blank=True, db_default="")
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
    """Anything of the other kinds: a place, an address, a street, a lake, a lamp, a building."""

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
