"""Somebody's own sign-ins: each is ended by itself, and none is lost from the list."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View


class EndSession(LoginRequiredMixin, View):
    """Ends one of one's own; nobody else's is found. A class says what it takes: `account/methods.py`."""

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(UserSession, pk=session_id, user=request.user)
        end_sessions(request, [session])
        get_adapter().add_message(request, messages.INFO, "usersessions/messages/session_ended.txt")
        return redirect("usersessions_list")


class FollowsSession:
    """Middleware: a session that gets another key stays in its owner's list, and can be ended there.

    Django gives it one where it was made under a former secret key.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        former, person = request.session.session_key, request.user  # looked up where the key changes only
        response = self.get_response(request)
        key = request.session.session_key
        if former and key and key != former and person.is_authenticated:
            _follow(former, key, person_id=person.pk)
        return response


@transaction.atomic
def _follow(former: str, key: str, *, person_id: int) -> None:
    if not UserSession.objects.filter(session_key=key).exists():
        UserSession.objects.filter(session_key=former, user=person_id).update(session_key=key)
