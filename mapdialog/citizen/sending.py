"""A form post becomes a contribution or changes one, as in the API; refusals stand at the form's fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mapdialog.citizen.forms import ContributionForm
from mapdialog.citizen.own_form import OwnForm
from mapdialog.citizen.presentation import Period
from mapdialog.contributions import editing, intake, rulebooks
from mapdialog.contributions.feature import FeatureError
from mapdialog.contributions.limits import TooManyError
from mapdialog.contributions.receipt import Receipt
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.contributions.rules import NotOpenError
from mapdialog.web.client_address import address_of


class RefusedByIntakeError(Exception):
    """The intake refused it. `form_field` is the field to mend, None when no field would help.

    `is_used`: the form's id stands for something else already; what is in the form needs an id of its own.
    """

    def __init__(self, message: str, *, form_field: str | None = None, is_used: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.form_field = form_field
        self.is_used = is_used


def receive(form: ContributionForm, *, request: HttpRequest, at: dt.datetime) -> Receipt:
    """The receipt of a valid form. Raises RefusedByIntakeError."""
    rulebook = rulebooks.read(form.consultation.slug, reader=request.user)
    try:
        with _refusals(form, at=at):
            return intake.receive(
                form.feature(),
                identifier=form.cleaned_data["uuid"],
                rulebook=rulebook,
                at=at,
                token=form.cleaned_data["token"],
                address=address_of(request),
                reader=request.user,
            )
    except (intake.DifferentError, intake.ErasedError):
        message = _(
            "This form has been sent before, with other words. What it says now has not been sent. Press "
            "Send to send it as something new."
        )
        raise RefusedByIntakeError(message, is_used=True) from None


def revise(form: OwnForm, *, rulebook: Rulebook, address: str, at: dt.datetime) -> None:
    """Saves what a valid form changes of its contribution. Raises RefusedByIntakeError, VersionError."""
    version = form.cleaned_data["version"]
    with _refusals(form, at=at):
        editing.revise(
            form.contribution,
            form.change(),
            rulebook=rulebook,
            version=version,
            address=address,
            device=None,
            at=at,
        )


@contextmanager
def _refusals(form: ContributionForm, *, at: dt.datetime) -> Iterator[None]:
    """What the tables refuse, as RefusedByIntakeError."""
    try:
        yield
    except FeatureError as error:
        raise RefusedByIntakeError(str(error), form_field=_form_field(error.field, form)) from None
    except intake.OutsideAreaError:
        message = _("This spot is outside the area we ask about. Choose a spot inside it.")
        raise RefusedByIntakeError(message, form_field="coordinates") from None
    except NotOpenError:
        raise RefusedByIntakeError(Period.of(form.consultation, at=at).line) from None
    except TooManyError as error:
        message = _("Too many comments have been sent from this network. Try again in %(n)s seconds.")
        raise RefusedByIntakeError(message % {"n": error.wait_seconds}) from None


def _form_field(field: str, form: ContributionForm) -> str | None:
    """`properties.responses.x` → answer-x, `geometry.…` → coordinates; None if the form has no such field."""
    name = field.removeprefix("properties.").replace("responses.", "answer-", 1)
    if field.startswith("geometry"):
        name = "coordinates"
    return name if name in form.fields else None
