"""The positions that the page's map shows before anybody reads."""

import pytest
from pytest_django import DjangoAssertNumQueries

from mapdialog.citizen import published
from tests import factories

pytestmark = pytest.mark.django_db
BOUNDS = (9.7, 59.0, 9.71, 59.01)
HERE = (9.705, 59.005)


def test_only_published_points_at_their_public_place_and_around_the_view() -> None:
    consultation = factories.consultation()
    factories.contribution(to=consultation, at=(9.9, 59.9), geom_public=factories.point(*HERE))
    factories.contribution(to=consultation, at=HERE, geom_public=factories.point(9.9, 59.9))
    for state in ("pending", "private", "rejected"):
        factories.contribution(to=consultation, at=HERE, state=state)
    factories.contribution(to=factories.consultation(), at=HERE)
    near = published.nearby(consultation, bounds=BOUNDS)
    assert near["positions"] == [list(HERE)]
    assert near["isWhole"]
    assert near["box"] == pytest.approx([9.69, 58.99, 9.72, 59.02])


def test_too_many_are_cut_and_say_so(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(published, "MOST_NEARBY", 2)
    consultation = factories.consultation()
    for _number in range(3):
        factories.contribution(to=consultation, at=HERE)
    with django_assert_num_queries(1):
        near = published.nearby(consultation, bounds=BOUNDS)
    assert len(near["positions"]) == 2
    assert not near["isWhole"]


def test_none_where_only_areas_are_shown(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    consultation = factories.consultation(visibility="areas")
    factories.contribution(to=consultation, at=HERE)
    with django_assert_num_queries(0):
        assert published.nearby(consultation, bounds=BOUNDS)["positions"] == []
