"""Why and when: a consultation, what it asks, of whom, about which plans, and by which rules.

Every text a resident reads is a JSON object from language to text (see `texts.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from layers.days import YEARS
from layers.geometry import WGS84, IsStorable
from layers.models import Layer
from layers.text_fields import VisibleCharField, VisibleJSONField
from mapdialog.people.models import Membership, Municipality, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Reader = User | AnonymousUser


def texts(label: StrOrPromise) -> VisibleJSONField:
    """A field that holds one text in any number of languages."""
    return VisibleJSONField(label, default=dict, blank=True)


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def open_at(self, at: dt.datetime) -> Self:
        return self.filter(opens_at__lte=at).exclude(closes_at__lte=at)

    def visible_to(self, reader: Reader) -> Self:
        """Published ones for everyone; drafts for those who work in a municipality that holds them."""
        if reader.is_authenticated and reader.is_superuser:
            return self
        published = Q(status=Consultation.Status.PUBLISHED)
        if not reader.is_authenticated:
            return self.filter(published)
        return self.filter(published | Q(pk__in=self.model.objects.worked_on_by(reader).values("pk")))

    def worked_on_by(self, reader: Reader) -> Self:
        """Those whose unpublished contributions the reader may see."""
        if not reader.is_authenticated:
            return self.none()
        if reader.is_superuser:
            return self
        municipalities = Membership.objects.of_officials().filter(user=reader).values("municipality")
        shared = ConsultationHolder.objects.filter(municipality__in=municipalities).values("consultation")
        return self.filter(Q(municipality__in=municipalities) | Q(pk__in=shared))


class Consultation(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class Level(models.TextChoices):
        INFORM = "inform", _("We inform you")
        CONSULT = "consult", _("We ask for your views")
        INVOLVE = "involve", _("We work it out with you")
        CO_CREATE = "co_create", _("We make it together")
        DECIDE = "decide", _("You decide")

    class Stage(models.TextChoices):
        NEEDS = "needs", _("Needs")
        SOLUTIONS = "solutions", _("Solutions")
        ASSESSMENT = "assessment", _("Assessment of proposals")
        DECISION = "decision", _("Decision")
        IMPLEMENTATION = "implementation", _("Implementation")
        EVALUATION = "evaluation", _("Evaluation")

    class HearingType(models.TextChoices):
        """Norway's code list for hearings of plans (planhøringstype)."""

        PUBLIC = "HOFFE", _("Public hearing")
        LIMITED = "BEGR", _("Limited hearing")
        SIMPLIFIED = "FORE", _("Simplified hearing")

    class Moderation(models.TextChoices):
        BEFORE = "before", _("Read before publication")
        AFTER = "after", _("Read after publication")

    class Visibility(models.TextChoices):
        POINTS = "points", _("The points are public")
        AREAS = "areas", _("Only counts by area are public")

    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        related_name="consultations",
        verbose_name=_("municipality"),
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    is_demo = models.BooleanField(_("demo data"), default=False)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list)

    title = texts(_("title"))
    summary = texts(_("summary"))
    purpose = texts(_("purpose"))
    can_influence = texts(_("what can be influenced"))
    fixed = texts(_("what is fixed"))
    decides = texts(_("who decides, and when"))
    reads = texts(_("who reads what is sent"))
    privacy = texts(_("privacy"))
    not_for = texts(_("what not to use this page for"))

    level = models.CharField(_("level of participation"), max_length=10, choices=Level, default=Level.CONSULT)
    stage = models.CharField(_("stage of the case"), max_length=14, choices=Stage, default=Stage.NEEDS)
    plan_level = VisibleCharField(_("plan level"), max_length=40, blank=True)
    plan_id = VisibleCharField(_("plan id"), max_length=60, blank=True)
    case_number = VisibleCharField(_("case number"), max_length=60, blank=True)
    hearing_type = models.CharField(_("hearing type"), max_length=5, choices=HearingType, blank=True)

    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    grace = models.DurationField(_("grace period"), default=dt.timedelta(hours=24))

    area = models.MultiPolygonField(_("area"), srid=WGS84, null=True, blank=True, spatial_index=False)
    boundary_layer = models.ForeignKey(
        Layer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("boundary set"),
    )
    base_layers = models.ManyToManyField(
        Layer, blank=True, related_name="+", verbose_name=_("base map layers")
    )
    moderation = models.CharField(
        _("moderation"), max_length=6, choices=Moderation, default=Moderation.BEFORE
    )
    visibility = models.CharField(
        _("what is public"), max_length=6, choices=Visibility, default=Visibility.POINTS
    )
    public_precision_m = models.PositiveIntegerField(
        _("how exactly the spot is shown (m)"),
        default=0,
        help_text=_("0 shows the exact spot, 100 the middle of a fixed 100 m square."),
    )
    address_limit = models.PositiveIntegerField(
        _("comments an hour from one IP address"),
        default=600,
        help_text=_("A school is one address: raise it before a class visit."),
    )
    # A number never used before, set by triggers whenever this row, its themes, questions, alternatives or
    # its municipality change: intake asks for it instead of reading all of them for every contribution.
    rules_version = models.BigIntegerField(default=0, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="consultation_closes_after_opens",
            ),
            models.CheckConstraint(condition=Q(opens_at__year__range=YEARS), name="consultation_opens_year"),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__year__range=YEARS),
                name="consultation_closes_year",
            ),
            models.CheckConstraint(
                condition=Q(area__isnull=True) | Q(IsStorable("area")), name="consultation_area_storable"
            ),
        ]
        indexes = [GistIndex("area", name="consultation_area_gist")]  # consultations about this place

    def __str__(self) -> str:
        return self.slug

    def is_open(self, *, at: dt.datetime) -> bool:
        return self.opens_at <= at and (self.closes_at is None or at < self.closes_at)


class ConsultationHolder(models.Model):
    """Who holds it beside the first municipality: another one, or a committee of one (by its code)."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="holders")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    committee_code = VisibleCharField(_("committee's code"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("holder")
        verbose_name_plural = _("holders")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "municipality", "committee_code"], name="holder_once"
            )
        ]


class Alternative(models.Model):
    """One of the plans on the table. A consultation without a plan (idea phase) has none."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="alternatives")
    key = models.SlugField(_("key"), max_length=40)
    name = texts(_("name"))
    layer = models.ForeignKey(Layer, on_delete=models.PROTECT, related_name="+", verbose_name=_("plan layer"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("alternative")
        verbose_name_plural = _("alternatives")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["consultation", "key"], name="alternative_key_once")]


class Theme(models.Model):
    """What a contribution is about. `shared_code` makes municipalities comparable."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="themes")
    key = models.SlugField(_("key"), max_length=60)
    name = texts(_("name"))
    icon = models.SlugField(_("icon"), max_length=40, default="dots")
    shared_code = models.SlugField(_("shared code"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["consultation", "key"], name="theme_key_once")]

    def __str__(self) -> str:
        return self.key


class Question(models.Model):
    """One more thing to ask. `options` is a list of {"value": str, "label": {language: text}}."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        SINGLE = "single", _("One of several")
        MULTIPLE = "multiple", _("One or more of several")
        SCALE = "scale", _("A scale")

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(_("key"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = texts(_("question"))
    options = VisibleJSONField(_("options"), default=list, blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    # Then the form does not ask by itself which alternative a contribution is about.
    asks_alternative = models.BooleanField(
        _("asks which alternative it is about"), default=False, db_default=False
    )
    applies_to = ArrayField(
        models.CharField(max_length=20), verbose_name=_("for the kinds"), default=list, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "key"], name="question_key_once"),
            models.CheckConstraint(
                condition=Q(kind="text") | ~Q(options=[]), name="question_choice_has_options"
            ),
        ]


class TargetGroup(models.Model):
    """Whom to reach, by how affected they are and how active they usually are."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="target_groups")
    key = models.SlugField(_("key"), max_length=60)
    name = texts(_("name"))
    affected_much = models.BooleanField(_("much affected"))
    active_much = models.BooleanField(_("very active"))

    class Meta:
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")
        constraints = [models.UniqueConstraint(fields=["consultation", "key"], name="targetgroup_key_once")]


class Indicator(models.Model):
    """What will count as having gone well, fixed before the consultation opens."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="indicators")
    key = models.SlugField(_("key"), max_length=60)
    name = texts(_("name"))
    target = VisibleCharField(_("target"), max_length=80)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [models.UniqueConstraint(fields=["consultation", "key"], name="indicator_key_once")]


class Round(models.Model):
    """One of several hearings of the same matter."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("number"))
    name = texts(_("name"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="round_number_once"),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="round_closes_after_opens",
            ),
        ]


class Document(models.Model):
    """A document of the case. `type` is a code of the country's plan document list."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="documents")
    type = VisibleCharField(_("type"), max_length=40)
    title = texts(_("title"))
    url = models.URLField(_("web address"), blank=True)
    file = models.FileField(_("file"), upload_to="documents/", blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["order"]
        constraints = [
            models.CheckConstraint(condition=Q(url="") ^ Q(file=""), name="document_url_or_file"),
        ]

    def get_absolute_url(self) -> str:
        """Where it is read: elsewhere, or at our own door, which knows who may see the consultation."""
        if self.url:
            return self.url
        name = PurePath(self.file.name or "").name
        return reverse("citizen:document", args=[self.consultation.slug, self.pk, name])


class DataVersion(models.Model):
    """A counter that every writer of a consultation raises as the last statement of its transaction.

    ETags and "is the last run out of date" are made of it. Raised last, because the row lock it takes
    then lasts a moment only (first: 150 contributions a second; last: 3,000).
    """

    consultation = models.OneToOneField(
        Consultation, on_delete=models.CASCADE, primary_key=True, related_name="data_version"
    )
    number = models.PositiveBigIntegerField(default=0)

    @classmethod
    def bump(cls, consultation: Consultation | int) -> None:
        """Raises the counter of a consultation (or its id) by one, and makes it where there was none."""
        identifier = consultation.pk if isinstance(consultation, Consultation) else consultation
        with connection.cursor() as cursor:
            cursor.execute(_BUMP, [identifier])


def bump_sql(rows: str) -> str:
    """The statement that raises counters, where `rows` is SQL of ours for rows of (consultation id, 1)."""
    return f"""
INSERT INTO dialogue_dataversion (consultation_id, number) {rows}
ON CONFLICT (consultation_id) DO UPDATE SET number = dialogue_dataversion.number + 1
"""


_BUMP = bump_sql("VALUES (%s, 1)")
