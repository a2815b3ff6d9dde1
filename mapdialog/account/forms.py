"""What allauth's forms do otherwise here: none tells who has an account, none leaves half of it behind."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from mapdialog.people import tasks
from mapdialog.people.models import User
from mapdialog.people.sign_in import know_address
from mapdialog.web.client_address import household_of


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc] # allauth ships no types
    """The request does the same for every address, and takes as long: the worker looks who it is."""

    def clean_email(self) -> str:
        """Raises ImmediateHttpResponse (429) before this network takes of what the address has in all."""
        email, request = str(self.cleaned_data["email"]).lower(), context.request
        key = f"{email} {household_of(request)}"
        refusal = ratelimit.consume_or_429(request, action="reset_password_here", key=key)
        if refusal:
            raise ImmediateHttpResponse(refusal)
        return email

    def save(self, request: HttpRequest, **_rest: Any) -> str:
        email: str = self.cleaned_data["email"]
        tasks.send_reset.defer(email=email, language=get_language() or "")
        return email


class AddEmailForm(forms.AddEmailForm):  # type: ignore[misc] # allauth ships no types
    """The new address and the mail that asks for its confirmation come about together.

    An address that somebody else signs in with waits for its confirmation like any other, so that nobody
    learns whose it is; its mail alone is left out (`InvitedOnly.send_confirmation_mail`).
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        know_address(self.user)

    @transaction.atomic
    def save(self, request: HttpRequest) -> EmailAddress:
        for other in User.objects.filter(email__iexact=self.cleaned_data["email"]):
            know_address(other)  # confirmed, so that signing in with it asks for its owner alone
        return super().save(request)
