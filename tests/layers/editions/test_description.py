import pytest

from layers.editions import description
from layers.editions.description import Description, DescriptionError
from layers.models import Layer
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def described(layer: Layer, **changes: object) -> object:
    to = Description(**{**Description.of(layer).as_json(), **changes})  # type: ignore[arg-type]
    return description.change(layer, to=to, at=NOON, by="user:1")


def test_a_change_is_kept_with_what_was() -> None:
    layer = make.layer(titles={"nb": "Gammel"}, credit="Kommunen")
    event = described(layer, titles={"nb": "Ny", "en": "New"}, style="neutral")
    layer.refresh_from_db()
    assert (layer.titles, layer.style, layer.credit) == ({"nb": "Ny", "en": "New"}, "neutral", "Kommunen")
    assert (event.what, event.by, event.edition_number) == ("described", "user:1", None)
    assert event.detail["before"]["titles"] == {"nb": "Gammel"}


def test_the_same_again_changes_nothing_and_writes_nothing() -> None:
    layer = make.layer(titles={"nb": "Ny"})
    assert described(layer) is None
    assert not layer.events.exists()


def test_undone_it_is_as_before_and_the_undoing_can_be_undone() -> None:
    layer = make.layer(titles={"nb": "Gammel"}, licence="CC0")
    changed = described(layer, titles={}, licence="")
    undone = description.undo(changed, at=NOON, by="user:2")
    layer.refresh_from_db()
    assert (layer.titles, layer.licence) == ({"nb": "Gammel"}, "CC0")
    description.undo(undone, at=NOON, by="user:2")
    layer.refresh_from_db()
    assert (layer.titles, layer.licence) == ({}, "")


def test_a_change_is_not_undone_over_a_later_one() -> None:
    layer = make.layer()
    first = described(layer, credit="A")
    layer.refresh_from_db()
    described(layer, credit="B")
    assert not description.is_undoable(first)
    with pytest.raises(DescriptionError, match="description has been changed since"):
        description.undo(first, at=NOON, by="")
    layer.refresh_from_db()
    assert layer.credit == "B"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"style": "no_such_list"}, "No list of codes and colours"),
        ({"credit": "x" * 201}, "at most 200"),
        ({"licence": "x" * 81}, "at most 80"),
        ({"credit": "a\0b"}, "control character"),
        ({"titles": {"nb": "a\0b"}}, "control character"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_reason(changes: dict, why: str) -> None:
    layer = make.layer()
    with pytest.raises(DescriptionError, match=why):
        described(layer, **changes)
    assert not layer.events.exists()
