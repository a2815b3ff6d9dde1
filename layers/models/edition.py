"""A layer, its editions, the documents that belong to them, and the log of what was done."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from layers.text_fields import VisibleCharField, VisibleJSONField

# The first day of an edition of which nobody has said since when it holds.
EVER_SINCE = dt.date(1900, 1, 1)
# What a layer may be called, and its owner; as the columns are long.
LAYER_NAME = r"[A-Za-z0-9_-]{1,80}"
OWNER = r"[A-Z]{2}-[A-Za-z0-9-]{1,17}"


class Layer(models.Model):
    """A map layer of one owner, for example the neighbourhood committees of a municipality.

    `owner` is text, country first (`NO-4012`), because layers know nothing of the conversation above.
    """

    class Kind(models.TextChoices):
        BOUNDARY = "boundary", _("Boundaries")
        ZONING = "zoning", _("Land-use plan")
        PLACE = "place", _("Places")
        ADDRESS = "address", _("Addresses")
        STREET = "street", _("Roads and paths")
        WATER = "water", _("Water")
        LIGHT = "light", _("Street lights")
        BUILDING = "building", _("Buildings")
        BUILT_UP = "built_up", _("Built-up land")
        POPULATION = "population", _("Population")
        OTHER = "other", _("Other")

    owner = VisibleCharField(_("owner"), max_length=20, help_text=_("Country and code, such as NO-4012."))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.SlugField(_("name"), max_length=80, help_text=_("Short name used in commands and files."))
    titles = VisibleJSONField(_("titles"), default=dict, blank=True)
    credit = VisibleCharField(_("credit"), max_length=200, blank=True)
    licence = VisibleCharField(_("licence"), max_length=80, blank=True)
    style = VisibleCharField(_("list of codes and colours"), max_length=40, blank=True)

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


class EditionQuerySet(models.QuerySet["Edition"]):
    def saved(self) -> Self:
        """Neither a draft nor withdrawn. Closed ones stay saved: they are in force on the days they were."""
        return self.filter(state=Edition.State.SAVED)

    def in_force_on(self, day: dt.date) -> Self:
        """Editions in force on a day: from `valid_from`, up to but not including `valid_to`."""
        return self.saved().filter(valid_from__lte=day).exclude(valid_to__lte=day)

    def published(self) -> Self:
        return self.filter(published=True)

    def ever_saved(self) -> Self:
        """All but drafts: also what was withdrawn."""
        return self.exclude(state=Edition.State.DRAFT)


class Edition(models.Model):
    """One edition of a layer. A new one closes the one before; none that is referred to is deleted.

    A draft has been read but not saved: it is in force on no day, and nobody but the layer's owner sees it.
    What was withdrawn is in force on no day either, but stays, for what was said while it was
    (`editions/life.py`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Not saved yet")
        SAVED = "standing", _("Saved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(_("edition"), null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SAVED)
    published = models.BooleanField(_("published"), default=True)
    source_srid = models.PositiveIntegerField(_("source CRS (EPSG)"))
    file_name = VisibleCharField(_("file name"), max_length=200)
    sha256 = VisibleCharField(_("SHA-256"), max_length=64)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = VisibleCharField(_("imported by"), max_length=200, blank=True)
    feature_count = models.PositiveIntegerField(_("features"))
    # west, south, east, north in lon/lat; asked of every new file, and slow to find out from many shapes
    bounds = ArrayField(models.FloatField(), size=4, null=True, editable=False)
    report = VisibleJSONField(_("import report"), default=dict)
    original = models.FileField(_("the file as it came"), upload_to="layers/", blank=True)
    # Committees composed of statistical units: the units' edition. Empty for what came from a file.
    composed_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="compositions"
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        db_table = "layers_layerversion"  # as it was called first, and its columns `version_id` elsewhere
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["layer", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="layerversion_one_number"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="layerversion_valid_order",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True) | ~Q(state="draft") & Q(number__isnull=False),
                name="layerversion_number_when_saved",
            ),
            # Two editions of the same boundaries may not be in force on one day: a pin has one committee.
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
                condition=Q(state="standing"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer} v{self.number}" if self.number else f"{self.layer} (draft)"

    @property
    def begins(self) -> dt.date | None:
        """The first day it is in force, for people; None when nobody has said: it always was."""
        return None if self.valid_from == EVER_SINCE else self.valid_from


class LayerDocument(models.Model):
    """A document that belongs to an edition, such as a plan's provisions or its plan map, as a PDF."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="documents", db_column="version_id"
    )
    type = VisibleCharField(_("type"), max_length=40, help_text=_("Code of the country's document list."))
    titles = VisibleJSONField(_("titles"), default=dict)
    file = models.FileField(_("file"), upload_to="layer_documents/")
    file_name = VisibleCharField(_("file name"), max_length=200)
    sha256 = VisibleCharField(_("SHA-256"), max_length=64)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    added_at = models.DateTimeField(_("added at"))
    added_by = VisibleCharField(_("added by"), max_length=200, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan document")
        verbose_name_plural = _("plan documents")
        ordering = ["edition", "added_at"]

    def __str__(self) -> str:
        return self.file_name


class LayerEvent(models.Model):
    """The layers' own log: who imported, published or closed what, when. A trigger keeps it append-only."""

    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="events", verbose_name=_("layer"))
    edition_number = models.PositiveIntegerField(_("edition"), null=True, db_column="version_number")
    at = models.DateTimeField(_("at"))
    by = VisibleCharField(_("by"), max_length=200, blank=True)
    what = VisibleCharField(_("what happened"), max_length=20)
    detail = VisibleJSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("layer event")
        verbose_name_plural = _("layer events")
        ordering = ["-at"]
