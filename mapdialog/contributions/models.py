"""What was said, where: one sender's submission and the contributions in it.

Geometry is EPSG:4326 (lon, lat). `geom` is where the sender put it and is for officials; `geom_public`
is what everyone else may see, and every public query, its bbox filter included, uses that one.
"""

from __future__ import annotations

import uuid
from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from layers.days import YEARS
from layers.geometry import WGS84, IsStorable
from layers.models import Area, Edition, Zone
from layers.readers.closed.visible_text import UNSEEN
from mapdialog.contributions import columns
from mapdialog.dialogue.models import Alternative, Consultation, Reader, Theme

# A position that is only known more roughly than this is an area, not a point.
ROUGHEST_POINT_M = 500


class Submission(models.Model):
    """One sender's contributions together: a letter with four points is one submission with four."""

    class Sender(models.TextChoices):
        RESIDENT = "resident", _("Resident")
        ORGANISATION = "organisation", _("Organisation")
        AUTHORITY = "authority", _("Public authority")
        COMMITTEE = "committee", _("Neighbourhood committee")
        COUNCIL = "council", _("Council")

    class Channel(models.TextChoices):
        WEB = "web", _("Web")
        GROUP = "group", _("Group")
        LETTER = "letter", _("Letter")
        PHONE = "phone", _("Telephone")
        MEETING = "meeting", _("Meeting")
        WALK = "walk", _("Safety walk")
        IMPORT = "import", _("Import")

    consultation = models.ForeignKey(  # no index of its own: `submission_source_once` begins with it
        Consultation, on_delete=models.PROTECT, related_name="submissions", db_index=False
    )
    sender = models.CharField(_("sender"), max_length=12, choices=Sender, default=Sender.RESIDENT)
    sender_role = models.CharField(_("sender's role"), max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.WEB)
    source_id = models.CharField(_("id in the source"), max_length=100, null=True, blank=True)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "source_id"], name="submission_source_once"),
            models.CheckConstraint(
                condition=Q(received_at__year__range=YEARS), name="submission_received_year"
            ),
        ]

    @property
    def number(self) -> int:
        """The permanent number: never given out again, gaps allowed."""
        return self.pk


class Attachment(models.Model):
    """A file that came with a submission (a scanned letter, a photo); others may put points in a photo."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="attachments")
    file = models.FileField(_("file"), upload_to="attachments/")
    media_type = models.CharField(_("media type"), max_length=60)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    published = models.BooleanField(_("published"), default=False)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def everyones(self) -> Self:
        """What everyone may see: published ones, of published consultations whose points are public."""
        return self.filter(_EVERYONES)

    def officials(self) -> Self:
        """What those who work on a consultation may see of it: all but what was erased."""
        return self.exclude(state=Contribution.State.ERASED)

    def at_a_spot(self) -> Self:
        """Those whose spot somebody chose and knows: what may be counted as points. The others are where a
        map happened to open, or within a kilometre of where a telephone thought it was."""
        return self.exclude(NOT_A_SPOT)

    def visible_to(self, reader: Reader) -> Self:
        """THE rule of who sees which contribution; pages, API, tiles and exports all come through here."""
        if not reader.is_authenticated:
            return self.everyones()
        if reader.is_superuser:
            return self.officials()
        return self.officials().filter(
            _EVERYONES | Q(consultation__in=Consultation.objects.worked_on_by(reader))
        )


NOT_A_SPOT = Q(placed_by="default") | Q(accuracy_m__gt=ROUGHEST_POINT_M)
_EVERYONES = Q(
    state="published",
    consultation__status=Consultation.Status.PUBLISHED,
    consultation__visibility=Consultation.Visibility.POINTS,
)


class Contribution(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to be read")
        PUBLISHED = "published", _("Published")
        PRIVATE = "private", _("Received, not shown to others")
        REJECTED = "rejected", _("Not published")
        ERASED = "erased", _("Deleted by its author")

    class PlacedBy(models.TextChoices):
        GPS = "gps", _("Position of the phone")
        MAP = "map", _("On the map")
        ADDRESS = "address", _("Address")
        LIST = "list", _("List of named places")
        COORDINATES = "coordinates", _("Coordinates")
        WORDS = "words", _("In words")
        DEFAULT = "default", _("The map's first view, not chosen")
        NONE = "none", _("Without a spot")

    class Arrival(models.TextChoices):
        IN_TIME = "in_time", _("Before the deadline")
        GRACE = "grace", _("Written before the deadline, received after it")
        LATE = "late", _("After the deadline")
        # `written_at` and `received_at` are then when it was brought in: they give it its place in lists only
        UNDATED = "undated", _("Date not known")

    id = models.UUIDField(primary_key=True, editable=False)
    consultation = models.ForeignKey(  # no index of its own: `contribution_walk` begins with it
        Consultation, on_delete=models.PROTECT, related_name="contributions", db_index=False
    )
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="contributions")
    code = models.CharField(_("receipt code"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    source_id = models.CharField(_("id in the source"), max_length=100, null=True, blank=True)

    geom = models.GeometryField(srid=WGS84, null=True, blank=True, spatial_index=False)
    geom_public = models.GeometryField(srid=WGS84, null=True, blank=True, spatial_index=False)
    place_words = models.CharField(
        _("the spot in words"), max_length=columns.limit("place_words"), blank=True
    )
    photo = models.ForeignKey(
        Attachment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="points",
        verbose_name=_("photo"),
    )
    photo_x = models.FloatField(_("across the photo (0–1)"), null=True, blank=True)
    photo_y = models.FloatField(_("down the photo (0–1)"), null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True, blank=True)
    placed_by = models.CharField(_("placed by"), max_length=12, choices=PlacedBy, default=PlacedBy.NONE)
    zoom_at_placing = models.FloatField(_("zoom at placing"), null=True, blank=True)
    radius_m = models.FloatField(_("radius (m)"), null=True, blank=True)

    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=columns.limit("language"), blank=True)
    responses = models.JSONField(_("responses"), default=dict, blank=True, db_column="answers")
    # what its kind asks for besides: {"light", "feeling", "code", "rating"}, each only where given
    details = models.JSONField(_("details"), default=dict, blank=True)
    theme = models.ForeignKey(
        Theme, on_delete=models.PROTECT, null=True, blank=True, related_name="contributions"
    )
    alternative = models.ForeignKey(
        Alternative, on_delete=models.PROTECT, null=True, blank=True, related_name="contributions"
    )
    age_band = models.CharField(_("age band"), max_length=columns.limit("age_band"), blank=True)
    contributor_key = models.CharField(_("sender key"), max_length=64, null=True, blank=True)

    written_at = models.DateTimeField(_("written"))
    received_at = models.DateTimeField(_("received"))
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    arrival = models.CharField(_("arrival"), max_length=8, choices=Arrival, default=Arrival.IN_TIME)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    flags = models.JSONField(_("flags"), default=list, blank=True, db_column="concerns")
    version = models.PositiveIntegerField(_("version"), default=1)
    token_hash = models.BinaryField(max_length=32, null=True, editable=False)
    body_hash = models.BinaryField(max_length=32, null=True, editable=False)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-received_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "source_id"], name="contribution_source_once"),
            models.CheckConstraint(
                condition=Q(geom__isnull=True) | Q(IsStorable("geom")), name="contribution_geom_storable"
            ),
            models.CheckConstraint(
                condition=Q(geom_public__isnull=True) | Q(IsStorable("geom_public")),
                name="contribution_geom_public_storable",
            ),
            models.CheckConstraint(
                condition=Q(written_at__year__range=YEARS), name="contribution_written_year"
            ),
            models.CheckConstraint(
                condition=Q(received_at__year__range=YEARS), name="contribution_received_year"
            ),
            models.CheckConstraint(
                condition=Q(accuracy_m__isnull=True) | Q(accuracy_m__range=(0, 100_000)),
                name="contribution_accuracy_range",
            ),
            models.CheckConstraint(
                condition=Q(radius_m__isnull=True) | Q(radius_m__range=(0, 100_000)),
                name="contribution_radius_range",
            ),
            models.CheckConstraint(
                condition=Q(zoom_at_placing__isnull=True) | Q(zoom_at_placing__range=(0, 24)),
                name="contribution_zoom_range",
            ),
            models.CheckConstraint(
                condition=Q(photo__isnull=True, photo_x__isnull=True, photo_y__isnull=True)
                | Q(photo__isnull=False, photo_x__range=(0, 1), photo_y__range=(0, 1)),
                name="contribution_point_in_photo",
            ),
            models.CheckConstraint(
                condition=~Q(text__regex=f"[{UNSEEN}]") & ~Q(place_words__regex=f"[{UNSEEN}]"),
                name="contribution_text_is_seen",
            ),
            models.CheckConstraint(
                condition=~Q(state="erased")
                | Q(
                    geom__isnull=True,
                    geom_public__isnull=True,
                    text="",
                    place_words="",
                    responses={},
                    details={},
                    age_band="",
                    contributor_key__isnull=True,
                ),
                name="contribution_erased_is_empty",
            ),
        ]
        indexes = [
            # public map: a view of one consultation; GiST on the public geometry, as that is what bbox asks
            GistIndex("geom_public", name="contribution_public_gist"),
            GistIndex("geom", name="contribution_geom_gist"),  # the planner's views
            # keyset pages and streams walk one consultation in this order
            models.Index(fields=["consultation", "received_at", "id"], name="contribution_walk"),
            # what waits to be read is few among many
            models.Index(fields=["consultation"], condition=Q(state="pending"), name="contribution_pending"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_dated(self) -> bool:
        """Whether it is known when it was written and received."""
        return self.arrival != self.Arrival.UNDATED


class SpentId(models.Model):
    """An id under which nothing is stored any more: intake answered it with another contribution's receipt.

    Without a contribution it stands for one that was erased and that a restored backup has not got. The hash
    is that of the body that was sent under it; an erasure takes it away.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    contribution = models.ForeignKey(
        Contribution, on_delete=models.CASCADE, null=True, editable=False, related_name="other_ids"
    )
    body_hash = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contribution__isnull=False) | Q(body_hash__isnull=True),
                name="spentid_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Hit(models.Model):
    """A committee or zone the contribution lay in when it came, in the edition that was in force then.

    `share` is how much of the contribution lies there: 1 for a point, the part of length or area otherwise.
    """

    contribution = models.ForeignKey(  # no index of its own: `place_area_once` begins with it
        Contribution, on_delete=models.CASCADE, related_name="hits", db_index=False
    )
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_column="version_id")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, null=True, related_name="+")
    share = models.FloatField(default=1.0)

    class Meta:
        db_table = "contributions_contributionplace"  # as it was called first
        constraints = [
            models.UniqueConstraint(fields=["contribution", "area"], name="place_area_once"),
            models.UniqueConstraint(fields=["contribution", "zone"], name="place_zone_once"),
            models.CheckConstraint(
                condition=Q(area__isnull=False, zone__isnull=True) | Q(area__isnull=True, zone__isnull=False),
                name="place_area_or_zone",
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="place_share_range"),
        ]


class RateBucket(models.Model):
    """A token bucket in the database, so that all web workers count together.

    `key` is a keyed hash (of a device or an address), never the address itself; rows older than 30 days go.
    """

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    updated_at = (
        models.DateTimeField()
    )  # without an index: one would have to be written with every token taken

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(tokens__gte=0), name="ratebucket_tokens_left")]


class HashKey(models.Model):
    """The key of senders' hashes, wrapped under the secret key (`hash_key.py`). One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    wrapped = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="hashkey_is_one")]

    def __str__(self) -> str:
        return "the key of senders' hashes"


NEWEST_FIRST = (F("received_at").desc(), F("id").desc())
