"""Mail that waits to be sent or was, and addresses that a mail server would not take."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Mail(models.Model):
    """One message to one person. Its text, which may hold a link that signs in, goes when it has ended.

    Not sent by `expires_at`, it never is: its link would be dead by then, or its news stale.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Taken by the mail server")
        REFUSED = "refused", _("Refused by the mail server")
        GIVEN_UP = "given_up", _("Given up")
        EXPIRED = "expired", _("Not sent in time")

    recipient = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("next try"))
    expires_at = models.DateTimeField(_("of no use from"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    answer = models.CharField(_("what the mail server said"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True) | Q(ended_at__isnull=False, text=""),
                name="mail_ended_without_text",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mail_waiting")]

    def __str__(self) -> str:
        return f"{self.recipient} ({self.state})"


class RefusedAddress(models.Model):
    """An address that a mail server will not deliver to; forgotten when one takes mail for it again."""

    email = models.EmailField(_("e-mail"))
    at = models.DateTimeField(_("at"))
    answer = models.CharField(_("what the mail server said"), max_length=300)

    class Meta:
        verbose_name = _("address that takes no mail")
        verbose_name_plural = _("addresses that take no mail")
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(Lower("email"), name="refusedaddress_any_case")]

    def __str__(self) -> str:
        return self.email
