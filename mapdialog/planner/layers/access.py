"""The one way in which these views get a municipality, a layer or an edition."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from layers.models import Edition, Layer
from mapdialog.people.models import Membership, Municipality
from mapdialog.planner.refusal import one_of


def municipalities_of(request: HttpRequest) -> QuerySet[Municipality]:
    """Those the signed-in person works for as an official; all of them for a superuser."""
    user = request.user
    if not user.is_authenticated:
        return Municipality.objects.none()
    if user.is_superuser:
        return Municipality.objects.all()
    memberships = Membership.objects.of_officials().filter(user=user)
    return Municipality.objects.filter(memberships__in=memberships).distinct()


def layers_of(request: HttpRequest) -> QuerySet[Layer]:
    """Layers of those municipalities. Raises nothing: who works for none has none."""
    return Layer.objects.filter(owner__in=municipalities_of(request).values("code"))


def layer_for(request: HttpRequest, pk: int) -> Layer:
    """One of them; for all others see `one_of`."""
    return one_of(layers_of(request), request=request, pk=pk)


def edition_for(request: HttpRequest, pk: int) -> Edition:
    """An edition, drafts included, of one of them; for all others see `one_of`."""
    editions = Edition.objects.select_related("layer")
    return one_of(editions.filter(layer__in=layers_of(request)), request=request, pk=pk)
