"""What authors sent, to read, change and erase without scripts, by the edit key.

The key only ever comes in a form and each answer is to a POST: no address and no log has it. `act` is the
button that was pressed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mapdialog.audit.journal import JournalError
from mapdialog.citizen.own_form import OwnForm
from mapdialog.citizen.place_list import place_groups
from mapdialog.citizen.plan_map import PlanMap
from mapdialog.citizen.presentation import Period, words
from mapdialog.citizen.sending import RefusedByIntakeError, revise
from mapdialog.citizen.status import Status
from mapdialog.contributions import editing, erasure, keys, rulebooks
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation
from mapdialog.web import values
from mapdialog.web.client_address import address_of

_SAVED = _("Your change is saved.")
_CHANGED = _(
    "It was changed somewhere else in the meantime, so nothing has been saved now. What is saved is above "
    "the form; what you wrote is in the form. Save again to replace it with yours."
)
_CHANGED_BEFORE_ERASING = _(
    "It was changed somewhere else in the meantime, and has not been deleted. Check what is saved now."
)


class EraseForm(forms.Form):
    """`sure` is ticked in another place than the button: a double tap cannot erase."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    sure = forms.BooleanField(error_messages={"required": _("Tick the box to delete it for good.")})


class OwnPage:
    """One request of an author for one contribution. Its methods give the answers."""

    def __init__(
        self, request: HttpRequest, *, consultation: Consultation, status: Status, at: dt.datetime
    ) -> None:
        """Raises editing.WrongTokenError, and intake.ErasedError."""
        self.request = request
        self.consultation = consultation
        self.status = status
        self.at = at
        self.posted = values.of_form(request)
        self.rulebook: Rulebook = rulebooks.read(consultation.slug, reader=request.user)
        self.contribution: Contribution
        self.contribution, self.token = editing.own_by_key(
            status.id, rulebook=self.rulebook, typed=self.posted.text("key")
        )

    def answer(self) -> HttpResponse:
        acts = {"save": self._save, "ask": self._ask, "erase": self._erase}
        return acts.get(self.posted.text("act"), self._show)()

    def _show(self) -> HttpResponse:
        return self._page(self._unbound())

    def _save(self) -> HttpResponse:
        form = self._bound()
        if not form.is_valid():
            return self._page(form, status=422)
        if form.is_changed:
            try:
                revise(form, rulebook=self.rulebook, address=address_of(self.request), at=self.at)
            except RefusedByIntakeError as error:
                form.add_error(error.form_field, error.message)
                return self._page(form, status=422)
            except editing.VersionError:
                return self._changed_meanwhile()
            except JournalError as error:
                form.add_error(None, str(error))
                return self._page(form, status=503)
            self._read_again()
        # Sent a second time, by a reload or a second tap, it changes nothing any more: it is saved.
        return self._page(self._unbound(), message=_SAVED)

    def _changed_meanwhile(self) -> HttpResponse:
        self._read_again()
        form = self._bound(version=self.contribution.version)
        if form.is_valid() and not form.is_changed:
            return self._page(self._unbound(), message=_SAVED)
        form.add_error(None, _CHANGED)
        return self._page(form, shows_stored=True, status=409)

    def _ask(self) -> HttpResponse:
        return self._confirm(version=self.posted.whole("version") or self.contribution.version)

    def _erase(self) -> HttpResponse:
        form = EraseForm(self.request.POST)
        if not form.is_valid():
            return self._confirm(
                version=form["version"].value(),
                problem=" ".join(str(error) for error in form.errors.get("sure", [])),
                code=422,
            )
        version = form.cleaned_data["version"]
        try:
            erasure.erase(self.contribution, by="resident", at=self.at, version=version)
        except editing.VersionError:
            self._read_again()
            return self._confirm(
                version=self.contribution.version, problem=str(_CHANGED_BEFORE_ERASING), code=409
            )
        except JournalError as error:
            answer = self._confirm(version=version, problem=str(error), code=503)
            answer.headers["Retry-After"] = "60"
            return answer
        return redirect("citizen:receipt", self.consultation.slug, self.status.code)

    def _read_again(self) -> None:
        """As it is stored now. Raises intake.ErasedError."""
        self.contribution = editing.own(self.contribution.pk, rulebook=self.rulebook, token=self.token)
        self.contribution.consultation = self.consultation
        self.status = Status.of(self.contribution)

    def _unbound(self) -> OwnForm:
        return OwnForm(contribution=self.contribution, consultation=self.consultation)

    def _bound(self, *, version: int | None = None) -> OwnForm:
        """The form as it was sent; with the `version` that it is to be saved over, if that is another."""
        return OwnForm(
            self.request.POST, contribution=self.contribution, consultation=self.consultation, version=version
        )

    def _page(
        self, form: OwnForm, *, message: object = "", shows_stored: bool = False, status: int = 200
    ) -> HttpResponse:
        period = Period.of(self.consultation, at=self.at)
        is_open = period.state != "closed"
        context = {
            "form": form,
            "version": form["version"].value(),
            "period": period,
            "can_change": is_open or form.is_bound,
            "shows_stored": shows_stored or not is_open,
            "message": message,
            "place_groups": place_groups(PlanMap.of(self.consultation, at=self.at)) if is_open else [],
        }
        return self._render("citizen/own.html", context, status=status)

    def _confirm(self, *, version: str | int, problem: str = "", code: int = 200) -> HttpResponse:
        """`version` is the one that the author has read."""
        return self._render("citizen/own_erase.html", {"version": version, "problem": problem}, status=code)

    def _render(self, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        consultation = self.consultation
        common = {
            "consultation": consultation,
            "demo_note": demo_note(consultation),
            "title": words(consultation.title),
            "status": self.status,
            "key": self.token,
            "written_key": keys.written(self.token),
            "lines": self._unbound().lines(),
            # a language that is chosen here leads to the receipt: this page is nobody's address
            "path_with_query": reverse("citizen:receipt", args=[consultation.slug, self.status.code]),
        }
        return render(self.request, template, {**common, **context}, status=status)
