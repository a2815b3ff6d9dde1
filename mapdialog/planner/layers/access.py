"""The one way in which these views get a municipality, a layer or an edition."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from layers.models import Edition, Layer
from mapdialog.people.models import Membership, Municipality


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
    """One of them; raises Http404 for all others, so that nobody learns what is in preparation."""
    return get_object_or_404(layers_of(request), pk=pk)


def edition_for(request: HttpRequest, pk: int) -> Edition:
    """An edition, drafts included, of one of them; raises Http404 for all others."""
    editions = Edition.objects.select_related("layer")
    return get_object_or_404(editions.filter(layer__in=layers_of(request)), pk=pk)
