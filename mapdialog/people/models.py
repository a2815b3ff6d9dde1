"""Who: municipalities, the people who work for them, and in what role."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from layers.days import day_in, owners_day
from layers.text_fields import VisibleCharField, VisibleJSONField
from mapdialog.people.right_door import check_addresses, check_number


class Municipality(models.Model):
    """`code` is country and number (`NO-4012`): the same text that owns the municipality's layers."""

    code = VisibleCharField(_("code"), max_length=20, unique=True)
    name = VisibleCharField(_("name"), max_length=100)
    country = VisibleCharField(_("country"), max_length=2)
    time_zone = VisibleCharField(_("time zone"), max_length=40, default="Europe/Oslo")
    metric_srid = models.PositiveIntegerField(_("metric CRS (EPSG)"), default=25832)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list)
    is_demo = models.BooleanField(_("demo data"), default=False)
    fault_service = VisibleJSONField(
        _("fault service, its page by language"),
        default=dict,
        blank=True,
        validators=[check_addresses],
        help_text=_('Such as {"nb": "https://…", "en": "https://…"}'),
    )
    fault_phone = VisibleCharField(
        _("fault service, its telephone"), max_length=20, blank=True, validators=[check_number]
    )
    emergency_number = VisibleCharField(
        _("emergency number"),
        max_length=20,
        blank=True,
        validators=[check_number],
        help_text=_("Empty: the country's, which is 112 in the Nordic countries."),
    )

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2}-[A-Za-z0-9-]+$"), name="municipality_code_form"
            ),
            models.CheckConstraint(
                condition=Q(metric_srid__range=(1024, 32767)), name="municipality_srid_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day(self, at: dt.datetime) -> dt.date:
        """The day it is in the municipality."""
        return day_in(self.zone, at=at)

    def activate_time_zone(self) -> None:
        """Dates and times that this request's templates write are the municipality's."""
        timezone.activate(self.zone)


def day_of(owner: str, *, at: dt.datetime) -> dt.date:
    """The day it is where a layer's owner is: the municipality's own, where it is one of ours. One query."""
    municipality = Municipality.objects.filter(code=owner).first()
    return municipality.day(at) if municipality else owners_day(owner, at=at)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. Residents never need to."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = VisibleCharField(_("name"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    USERNAME_FIELD = "email"
    AUDIT_PREFIX = "user:"
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_small_letters"),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *arguments: Any, **named: Any) -> None:
        """In small letters, whoever writes it: signing in asks for it so."""
        self.email = self.email.lower()
        super().save(*arguments, **named)

    @cached_property
    def may_administer(self) -> bool:
        """Whether there is something to do in the administration for this person: each page asks for more."""
        return self.is_active and (self.is_superuser or self.memberships.of_officials().exists())

    @property
    def audit_name(self) -> str:
        """How the audit trail names this person: an id, so that erasing the user leaves no name behind."""
        return f"{self.AUDIT_PREFIX}{self.pk}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of_officials(self) -> Self:
        """Memberships that may see what is not published: those who work for the municipality."""
        return self.filter(role__in=Membership.OFFICIALS)


class Membership(models.Model):
    """A role in one municipality, and for a committee member in one committee (by its code)."""

    class Role(models.TextChoices):
        PLANNER = "planner", _("Planner")
        MODERATOR = "moderator", _("Moderator")
        ELECTED = "elected", _("Elected member")
        COMMITTEE = "committee", _("Committee member")
        ADMIN = "admin", _("Administrator")

    OFFICIALS = (Role.PLANNER, Role.MODERATOR, Role.ADMIN)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("municipality")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    committee_code = VisibleCharField(_("committee's code"), max_length=80, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role in the municipality")
        verbose_name_plural = _("roles in the municipality")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "municipality", "role", "committee_code"], name="membership_once"
            ),
            models.CheckConstraint(
                condition=Q(role="committee") ^ Q(committee_code=""), name="membership_committee_has_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.municipality}"


class SharedValue(models.Model):
    """What all web processes remember together for a while: Django's cache in the database keeps it here.

    Attempts to sign in are counted here. The keys are hashes: no addresses.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
