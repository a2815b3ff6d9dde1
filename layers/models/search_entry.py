"""What a search looks through: each name of an edition of addresses, streets or places, with a point."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.geometry import WGS84
from layers.models.edition import Edition
from layers.text_fields import VisibleCharField


class SearchEntry(models.Model):
    """Made from an edition's features by the database when they are written (`layers_fill_search`).

    A street is one entry, however many lines it is drawn in; where addresses alone are known, their streets
    have one each as well. Two of one name that lie apart are two. `key` is the name as it is compared: small
    letters, a space around each word, `12 B` as `12b`. `extent_m` is from the point to the farthest part.
    """

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Address")
        STREET = "street", _("Street")
        NAMED_PLACE = "place", _("Named place")

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="search_entries", db_column="version_id"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    name = VisibleCharField(max_length=200)
    key = models.CharField(max_length=210)
    within = VisibleCharField(max_length=200, blank=True)
    geom = models.PointField(srid=WGS84, spatial_index=False)
    extent_m = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "search entries"
        # Apart: house numbers are thirty times as many, and most searches are for none.
        indexes = [
            # the numbers of one street
            models.Index(
                fields=["key"],
                opclasses=["varchar_pattern_ops"],
                name="searchentry_address_begins",
                condition=Q(kind="address"),
            ),
            GinIndex(
                OpClass("key", name="gin_trgm_ops"),
                name="searchentry_address_key",
                condition=Q(kind="address"),
            ),
            GinIndex(
                OpClass("key", name="gin_trgm_ops"),
                name="searchentry_other_key",
                condition=~Q(kind="address"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
