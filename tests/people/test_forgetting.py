"""What is kept of signing in goes after its days, and what stands goes on."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from mapdialog.people.forgetting import forget_old
from mapdialog.people.models import SharedValue
from tests import factories

pytestmark = pytest.mark.django_db


def test_failures_sessions_and_counts_go_in_time() -> None:
    now = timezone.now()
    person = factories.user()
    clients = [Client(), Client()]
    for client in clients:
        client.post("/accounts/login/", {"login": person.email, "password": "password"})
    ended = Session.objects.get(session_key=clients[0].session.session_key)
    Session.objects.filter(pk=ended.pk).update(expire_date=now - dt.timedelta(seconds=1))
    for days in (29, 31):
        attempt = AccessAttempt.objects.create(
            username=f"x{days}", ip_address="198.51.100.7", failures_since_start=1
        )
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now - dt.timedelta(days=days))
    cache.clear()
    cache.set("stands", 1, 3600)
    cache.set("over", 1, 3600)
    over = SharedValue.objects.order_by("cache_key").exclude(cache_key__in=[]).first()
    SharedValue.objects.filter(pk=over.pk).update(expires=now - dt.timedelta(seconds=1))
    assert forget_old(at=now, days=30) >= 3
    assert AccessAttempt.objects.count() == 1
    assert not Session.objects.filter(pk=ended.pk).exists()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [clients[1].session.session_key]
    assert SharedValue.objects.count() == 1
    assert clients[1].get("/planner/").status_code == 200
