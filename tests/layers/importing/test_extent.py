"""Where an owner is at home: the box around boundaries in force, else around plans."""

from pathlib import Path

import pytest

from layers.importing import extent
from layers.importing.import_file import ImportRequest, load
from layers.models import Edition
from tests import factories
from tests.layers import files

pytestmark = pytest.mark.django_db


def box_of(*, first: int, last: int) -> object:
    west = factories.WEST + first * factories.SIDE
    east = factories.WEST + (last + 1) * factories.SIDE
    return pytest.approx((west, factories.SOUTH, east, factories.SOUTH + factories.SIDE))


def test_who_has_nothing_is_nowhere() -> None:
    assert extent.home("NO-4012") is None


def test_plans_count_only_without_boundaries_and_nothing_that_was_withdrawn() -> None:
    plan = factories.edition(of=factories.layer(kind="zoning"))
    factories.zone(of=plan)
    assert extent.home("NO-4012") == box_of(first=0, last=0)
    boundaries = factories.edition(of=factories.layer())
    factories.areas(of=boundaries)
    areas = boundaries.areas.count()
    assert extent.home("NO-4012") == box_of(first=0, last=areas - 1)
    Edition.objects.filter(pk=boundaries.pk).update(state="withdrawn")
    assert extent.home("NO-4012") == box_of(first=0, last=0)
    assert extent.home("SE-0180") is None


def test_an_import_notes_its_box_so_that_no_shape_is_asked(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.feature(files.BOX, code="A", name="Øst"))
    load(ImportRequest(path=path, kind="boundary", name="a", owner="NO-4012"), at=factories.NOON)
    edition = Edition.objects.get()
    assert edition.bounds == pytest.approx(list(files.BOX.bounds))
    Edition.objects.update(bounds=[1, 2, 3, 4])
    assert extent.home("NO-4012") == (1, 2, 3, 4)
