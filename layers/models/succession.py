"""What became what: areas from one edition to the next, public codes from one year to the next."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.models.shape import Area
from layers.text_fields import VisibleCharField


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def confirmed(self) -> Self:
        return self.filter(state=Succession.State.CONFIRMED)

    def waiting(self) -> Self:
        """Those that only a person can decide."""
        return self.filter(state=Succession.State.PROPOSED)


class Succession(models.Model):
    """One area came, wholly or in part, from one of the edition before.

    Shares are of land and water in metres, 0 to 1: how much of the predecessor lies in the successor, and how
    much of the successor came from the predecessor. An area that has several successors is never
    followed automatically: a person confirms each.
    """

    class Origin(models.TextChoices):
        FILE = "file", _("Named in the file")
        OVERLAP = "overlap", _("Computed from overlap")
        PERSON = "person", _("Added by hand")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    predecessor = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="went_to")
    successor = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="came_from")
    share_of_predecessor = models.FloatField(_("share of the predecessor"), null=True)
    share_of_successor = models.FloatField(_("share of the successor"), null=True)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin)
    state = models.CharField(_("state"), max_length=10, choices=State)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = VisibleCharField(_("decided by"), max_length=200, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=Q(share_of_predecessor__range=(0, 1), share_of_successor__range=(0, 1))
                | Q(share_of_predecessor__isnull=True, share_of_successor__isnull=True),
                name="succession_share_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id} ({self.state})"


class CodeChange(models.Model):
    """A public code that became another on a day, as municipalities' did on 1 January 2024.

    `share` is how much of the old unit lies in the new one, 0 to 1. An old code with several rows has several
    successors, and is never mapped automatically.
    """

    scheme = VisibleCharField(
        _("scheme"), max_length=20, help_text=_("Country and kind, such as NO-kommune.")
    )
    old_code = VisibleCharField(_("old code"), max_length=20)
    old_name = VisibleCharField(_("old name"), max_length=100, blank=True)
    new_code = VisibleCharField(_("new code"), max_length=20)
    new_name = VisibleCharField(_("new name"), max_length=100, blank=True)
    changed_on = models.DateField(_("first day of the new code"))
    share = models.FloatField(_("share of the old unit"))

    class Meta:
        verbose_name = _("code change")
        verbose_name_plural = _("code changes")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "old_code", "new_code", "changed_on"], name="codechange_once"
            ),
            models.CheckConstraint(condition=Q(share__range=(0, 1)), name="codechange_share_range"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.old_code} → {self.new_code}"
