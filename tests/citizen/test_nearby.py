"""The positions that the page's map shows before anybody reads."""

import pytest
from pytest_django import DjangoAssertNumQueries

from mapdialog.citizen import said
from tests import factories

pytestmark = pytest.mark.django_db
BOUNDS = (9.7, 59.0, 9.71, 59.01)
HERE = (9.705, 59.005)


def test_only_published_points_at_their_public_place_and_around_the_view() -> None:
    held = factories.consultation()
    factories.contribution(to=held, at=(9.9, 59.9), geom_public=factories.point(*HERE))
    factories.contribution(to=held, at=HERE, geom_public=factories.point(9.9, 59.9))
    for state in ("pending", "private", "rejected"):
        factories.contribution(to=held, at=HERE, state=state)
    factories.contribution(to=factories.consultation(), at=HERE)
    found = said.nearby(held, bounds=BOUNDS)
    assert found["positions"] == [list(HERE)]
    assert found["isWhole"]
    assert found["box"] == pytest.approx([9.69, 58.99, 9.72, 59.02])


def test_too_many_are_cut_and_say_so(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(said, "MOST_NEARBY", 2)
    held = factories.consultation()
    for _number in range(3):
        factories.contribution(to=held, at=HERE)
    with django_assert_num_queries(1):
        found = said.nearby(held, bounds=BOUNDS)
    assert len(found["positions"]) == 2
    assert not found["isWhole"]


def test_none_where_only_areas_are_shown(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    held = factories.consultation(visibility="areas")
    factories.contribution(to=held, at=HERE)
    with django_assert_num_queries(0):
        assert said.nearby(held, bounds=BOUNDS)["positions"] == []
