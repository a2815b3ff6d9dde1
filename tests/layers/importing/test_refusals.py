"""A file into a layer: what is refused as a whole, with what helps."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.management import CommandError

from layers.crs import CrsError
from layers.findings import wording
from layers.importing.import_file import ImportRefusedError
from layers.models import Layer
from tests.layers import files
from tests.layers.imports import command, imported, two_areas

pytestmark = pytest.mark.django_db


def test_a_boundary_set_needs_a_field_of_codes(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.collection(files.feature(files.BOX, krets="A", navn="Øst")))
    with pytest.raises(CommandError, match=r"krets, navn\. See --code-field\.$"):
        command(path, "--kind", "boundary", "--name", "x", "--owner", "NO-4012")
    with pytest.raises(CommandError, match="“nr”"):
        command(path, "--kind", "boundary", "--name", "x", "--owner", "NO-4012", "--code-field", "nr")
    assert not Layer.objects.exists()


def test_a_code_that_two_areas_have_or_one_lacks_refuses_the_whole_set(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"B \(1, 2\)"):
        imported(two_areas(tmp_path, first="B"))
    document = files.collection(files.feature(files.BOX, code="A"), files.feature(files.NEXT_BOX, code=None))
    with pytest.raises(ValueError, match="without a code: 2"):
        imported(files.geojson(tmp_path, document))
    assert not Layer.objects.exists()


def test_metres_called_degrees_are_refused_with_the_option_that_helps(tmp_path: Path) -> None:
    square = shapely.box(532_000, 6_554_000, 533_000, 6_555_000)
    path = files.geojson(tmp_path, files.collection(files.feature(square, code="A")))
    with pytest.raises(CrsError, check=lambda error: error.option == "--crs"):
        imported(path)
    assert imported(path, srid=25832).edition.source_srid == 25832


@pytest.mark.parametrize(
    ("shape", "srid"),
    [
        (shapely.box(59.02, 9.70, 59.03, 9.71), 4326),
        (shapely.box(6_554_000, 532_000, 6_555_000, 533_000), 25832),
    ],
)
def test_swapped_axes_are_noticed(tmp_path: Path, shape: Any, srid: int) -> None:
    path = files.geojson(tmp_path, files.collection(files.feature(shape, code="A")))
    with pytest.raises(ValueError, match="swapped"):
        imported(path, srid=srid)


def test_swapped_metres_are_noticed_in_any_country(tmp_path: Path) -> None:
    shape = shapely.box(6_554_000, 532_000, 6_555_000, 533_000)
    path = files.geojson(tmp_path, files.collection(files.feature(shape, code="A")))
    with pytest.raises(ValueError, match="swapped"):
        imported(path, srid=25832, owner="EE-1")


def test_a_layer_in_another_country_is_loaded_with_a_note(tmp_path: Path) -> None:
    path = files.geojson(
        tmp_path, files.collection(files.feature(shapely.box(13.3, 52.5, 13.4, 52.6), code="A", name="Ost"))
    )
    report = imported(path).report
    assert report is not None
    (finding,) = report.findings()
    assert (finding.kind, finding.severity) == ("outside_country", "warning")
    assert "outside the owner's country" in wording.sentence(finding)


def test_a_file_without_a_system_asks_for_it(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    files.run_sql(path, "PRAGMA writable_schema = ON; UPDATE gpkg_geometry_columns SET srs_id = -1")
    with pytest.raises(CrsError, check=lambda error: error.option == "--crs"):
        imported(path, code_field="kode")


@pytest.mark.parametrize(
    "options",
    [{"owner": "4012"}, {"name": "a b"}, {"name": "../x"}, {"kind": "boundaries"}, {"style": "no_such"}],
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, options: dict[str, str]) -> None:
    with pytest.raises(ImportRefusedError):
        imported(two_areas(tmp_path), **options)


def test_nothing_to_load_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="no features"):
        imported(files.geojson(tmp_path, files.collection()), kind="place")


def test_swapped_axes_are_swapped_back_by_the_option(tmp_path: Path) -> None:
    document = files.collection(files.feature(shapely.box(59.02, 9.70, 59.03, 9.71), code="A", name="Øst"))
    path = files.geojson(tmp_path, document)
    with pytest.raises(CrsError) as caught:
        imported(path)
    (first, *_others) = caught.value.candidates
    outcome = imported(path, srid=first.srid, swap_axes=first.swap_axes)
    assert outcome.edition.areas.get().geom.extent == pytest.approx((9.70, 59.02, 9.71, 59.03))
    assert outcome.report is not None
    assert [finding.kind for finding in outcome.report.findings()] == ["axes_swapped"]


def test_a_system_that_the_file_names_wrongly_is_refused_with_the_right_one(tmp_path: Path) -> None:
    square = shapely.box(532_000, 6_554_000, 533_000, 6_555_000)
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    path = files.geojson(tmp_path, files.collection(files.feature(square, code="A", name="Øst"), crs=named))
    with pytest.raises(CrsError, match="25832") as caught:
        imported(path)
    assert caught.value.candidates[0].srid == 25832
    report = imported(path, srid=25832).report
    assert report is not None
    assert [finding.kind for finding in report.findings()] == ["other_crs"]


def test_a_file_without_a_system_comes_with_candidates(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path, srid=25832)
    files.run_sql(path, "PRAGMA writable_schema = ON; UPDATE gpkg_geometry_columns SET srs_id = -1")
    with pytest.raises(CrsError) as caught:
        imported(path, code_field="kode")
    assert caught.value.candidates[0].srid == 25832


def test_a_file_without_features_is_not_asked_about_its_codes(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="no features"):
        imported(files.geojson(tmp_path, files.collection()))
    with pytest.raises(ImportRefusedError, match="a point is not an area"):
        imported(files.geojson(tmp_path, files.collection(files.feature(shapely.Point(9.7, 59), navn="x"))))


def test_one_stray_area_does_not_make_the_system_doubtful(tmp_path: Path) -> None:
    areas = [shapely.box(539_000 + 1000 * i, 6_540_000, 540_000 + 1000 * i, 6_541_000) for i in range(6)]
    shapes = [*areas, shapely.box(0, 0, 1, 1)]
    rows = [files.feature(shape, code=str(number)) for number, shape in enumerate(shapes)]
    report = imported(files.geojson(tmp_path, files.collection(*rows)), srid=25832).report
    assert report is not None
    kinds = {finding.kind for finding in report.findings()}
    assert "at_zero" in kinds
    assert "outside_use" not in kinds


def test_the_command_names_the_systems_that_would_fit_and_where(tmp_path: Path) -> None:
    square = shapely.box(532_000, 6_554_000, 533_000, 6_555_000)
    path = files.geojson(tmp_path, files.collection(files.feature(square, code="A")))
    with pytest.raises(CommandError) as refused:
        command(path, "--kind", "boundary", "--name", "x", "--owner", "NO-4012")
    assert "--crs EPSG:25832: ETRS89 / UTM zone 32N, at 59.12" in str(refused.value)
    assert "in the owner's country" in str(refused.value)
