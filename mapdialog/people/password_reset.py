"""A mail with a link under which somebody chooses a new password."""

from __future__ import annotations

import datetime as dt

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mapdialog.mail.queue import enqueue, life_with
from mapdialog.people.models import User
from mapdialog.web.address import absolute


@transaction.atomic
def send_reset_mail(email: str, *, language: str, at: dt.datetime) -> int:
    """To whoever signs in with this address, in the language of the page they asked on. Returns how many.

    Not to an address that somebody wants to have and has not confirmed: it may be a stranger's. The link is
    at the configured address: nothing of the request that asked is in it.
    """
    link_life = dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    people = User.objects.filter(email=email.lower(), is_active=True)
    with translation.override(language or settings.LANGUAGE_CODE):
        for person in people:
            key = PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
            values = {"uidb36": user_pk_to_url_str(person), "key": key}
            link = absolute(reverse("account_reset_password_from_key", kwargs=values))
            words = {"link": link, "site": settings.SITE_URL, "until": at + link_life}
            text = render_to_string("account/email/password_reset_key_message.txt", words).strip() + "\n"
            subject = _("Choose a new password")
            enqueue(person.email, subject=subject, text=text, at=at, life=life_with(link_life))
    return len(people)
