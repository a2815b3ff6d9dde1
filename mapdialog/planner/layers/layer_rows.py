"""The lines of the list of layers: what is in force, who saved it, who uses it, what waits for somebody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.figure import Figure
from layers.models import Edition, Layer, Succession
from layers.provisions.zone_fields import without_plain
from mapdialog.dialogue.models import Alternative, Consultation, Reader
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.planner.layers import log


@dataclass(frozen=True, kw_only=True)
class Use:
    """A consultation that a layer is used by."""

    slug: str
    title: str
    title_language: str


@dataclass(frozen=True, kw_only=True)
class LayerRow:
    """`in_force` is the edition of the day, `coming` are those to come; `waiting` says what is to be done."""

    layer: Layer
    title: str
    title_language: str
    in_force: Edition | None
    coming: list[Edition] = field(default_factory=list)
    imported_by: str = ""
    uses: list[Use] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def rows_by_kind(
    layers: QuerySet[Layer], *, on: dt.date, language: str, reader: Reader
) -> list[tuple[str, list[LayerRow]]]:
    """(kind in words, its layers by title), in the order of the kinds. Nine queries."""
    editions = Edition.objects.defer("report").order_by("-number")
    all_layers = list(layers.prefetch_related(Prefetch("editions", queryset=editions)))
    in_force = {layer.pk: _in_force(layer, on=on) for layer in all_layers}
    names = log.names_of(edition.imported_by for edition in in_force.values() if edition)
    uses = uses_of(all_layers, reader=reader, language=language)
    waiting = _waiting(all_layers, in_force=[edition for edition in in_force.values() if edition])
    by_kind: dict[str, list[LayerRow]] = defaultdict(list)
    for layer in all_layers:
        edition = in_force[layer.pk]
        row = LayerRow(
            layer=layer,
            title=title_of(layer, language),
            title_language=language_of(layer.titles, language),
            in_force=edition,
            coming=[other for other in layer.editions.all() if _is_saved(other) and other.valid_from > on],
            imported_by=log.who(edition.imported_by, names=names) if edition else "",
            uses=uses[layer.pk],
            waiting=waiting[layer.pk],
        )
        by_kind[layer.kind].append(row)
    return [
        (str(label), sorted(by_kind[kind], key=lambda row: row.title.casefold()))
        for kind, label in Layer.Kind.choices
        if by_kind[kind]
    ]


def title_of(layer: Layer, language: str) -> str:
    """The layer's title in the reader's language; its short name where it has none."""
    return translated(layer.titles, language) or layer.name


def uses_of(layers: Iterable[Layer], *, reader: Reader, language: str) -> dict[int, list[Use]]:
    """The consultations that use each layer as boundaries, plan or base map, newest first. Four queries."""
    ids = [layer.pk for layer in layers]
    pairs: set[tuple[int, int]] = set()
    boundaries = Consultation.objects.filter(boundary_layer__in=ids)
    pairs.update(boundaries.values_list("boundary_layer_id", "pk"))
    pairs.update(Alternative.objects.filter(layer__in=ids).values_list("layer_id", "consultation_id"))
    grounds = Consultation.base_layers.through.objects.filter(layer_id__in=ids)
    pairs.update(grounds.values_list("layer_id", "consultation_id"))
    visible = Consultation.objects.visible_to(reader).filter(pk__in={pk for _layer, pk in pairs})
    uses: dict[int, list[Use]] = defaultdict(list)
    for consultation in visible:
        use = use_of(consultation, language=language)
        for layer in ids:
            if (layer, consultation.pk) in pairs:
                uses[layer].append(use)
    return uses


def use_of(consultation: Consultation, *, language: str) -> Use:
    title = translated(consultation.title, language) or consultation.slug
    return Use(slug=consultation.slug, title=title, title_language=language_of(consultation.title, language))


def _is_saved(edition: Edition) -> bool:
    return edition.state == Edition.State.SAVED


def _in_force(layer: Layer, *, on: dt.date) -> Edition | None:
    for edition in layer.editions.all():
        has_begun = _is_saved(edition) and edition.valid_from <= on
        if has_begun and (edition.valid_to is None or edition.valid_to > on):
            return edition
    return None


def _waiting(layers: list[Layer], *, in_force: list[Edition]) -> dict[int, list[str]]:
    waiting: dict[int, list[str]] = defaultdict(list)
    for layer in layers:
        drafts = sum(edition.state == Edition.State.DRAFT for edition in layer.editions.all())
        if drafts:
            waiting[layer.pk].append(
                ngettext("%(n)s draft not saved", "%(n)s drafts not saved", drafts) % {"n": drafts}
            )
        if not any(edition.number for edition in layer.editions.all()):
            waiting[layer.pk].append(_("no edition yet"))
    for layer_id, n in _successions(layers):
        waiting[layer_id].append(
            ngettext("%(n)s succession to confirm", "%(n)s successions to confirm", n) % {"n": Figure(n)}
        )
    plans = {
        edition.pk: edition.layer_id
        for edition in in_force
        if _layer(layers, edition).kind == Layer.Kind.ZONING
    }
    for edition_id, n in without_plain(plans).items():
        waiting[plans[edition_id]].append(
            ngettext("%(n)s field without a plain line", "%(n)s fields without a plain line", n)
            % {"n": Figure(n)}
        )
    return waiting


def _layer(layers: list[Layer], edition: Edition) -> Layer:
    return next(layer for layer in layers if layer.pk == edition.layer_id)


def _successions(layers: list[Layer]) -> Iterable[tuple[int, int]]:
    waiting = Succession.objects.waiting().filter(
        successor__edition__layer__in=layers,
        successor__edition__state=Edition.State.SAVED,
        predecessor__edition__state=Edition.State.SAVED,
    )
    return waiting.order_by().values_list("successor__edition__layer").annotate(n=Count("pk"))
