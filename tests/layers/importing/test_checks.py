"""What is odd about a file's features: told, and changed in nothing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.findings import wording
from layers.findings.finding import Finding
from layers.importing import import_file
from tests.layers import files
from tests.layers.imports import imported

pytestmark = pytest.mark.django_db


def box(column: int, row: int = 0, *, side: float = 0.01) -> Any:
    west, south = 9.60 + column * 0.01, 59.00 + row * 0.01
    return shapely.box(west, south, west + side, south + side)


def findings_in(folder: Path, *features: dict[str, Any], **options: Any) -> dict[str, Finding]:
    path = files.geojson(folder, files.collection(*features), name=f"{options.get('name', 'x')}.geojson")
    outcome = imported(path, **{"valid_from": dt.date(2020, 1, 1), **options})
    assert outcome.report is not None
    assert outcome.edition.feature_count == outcome.report.loaded
    return {finding.kind: finding for finding in outcome.report.findings()}


def row_of(n: int) -> list[dict[str, Any]]:
    return [files.feature(box(i), code=f"{i:02d}", name=f"Utvalg {i}") for i in range(n)]


def test_a_plain_set_of_boundaries_has_no_findings(tmp_path: Path) -> None:
    assert findings_in(tmp_path, *row_of(6)) == {}


def test_the_same_shape_twice_names_both(tmp_path: Path) -> None:
    turned = shapely.Polygon([*box(1).exterior.coords][2:-1] + [*box(1).exterior.coords][:2])
    rows = [*row_of(3), files.feature(turned, code="again", name="Igjen")]
    (item,) = findings_in(tmp_path, *rows)["same_shape"].items
    assert (item.feature, item.code, item.other, item.why) == (4, "again", "01", "feature 2")


@pytest.mark.parametrize("kind", ["boundary", "zoning", "building"])
def test_an_area_of_one_part_is_the_same_as_several_of_one(tmp_path: Path, kind: str) -> None:
    shapes = [shapely.MultiPolygon([box(1)]), box(1), box(1), box(2)]
    rows = [files.feature(shape, code=f"{n}", name=f"{n}") for n, shape in enumerate(shapes)]
    assert findings_in(tmp_path, *rows, kind=kind)["same_shape"].count == 2


def test_shapes_with_the_same_box_that_differ_are_not_the_same(tmp_path: Path) -> None:
    upper = shapely.Polygon([(9.6, 59.0), (9.61, 59.01), (9.6, 59.01)])
    lower = shapely.Polygon([(9.6, 59.0), (9.61, 59.0), (9.61, 59.01)])
    rows = [files.feature(upper, code="A", name="A"), files.feature(lower, code="B", name="B")]
    assert findings_in(tmp_path, *rows) == {}


def test_very_small_and_very_large_ones_are_reported(tmp_path: Path) -> None:
    rows = [*row_of(22), files.feature(box(0, 5, side=1e-6), code="dot", name="Prikk")]
    rows.append(files.feature(box(0, 10, side=0.3), code="rest", name="Resten"))
    findings = findings_in(tmp_path, *rows)
    assert [item.code for item in findings["tiny"].items] == ["dot"]
    # 0.000001° is 11 cm by 6 cm at 59° N
    assert findings["tiny"].items[0].m2 == pytest.approx(0.01, abs=0.005)
    assert [item.code for item in findings["huge"].items] == ["rest"]
    assert findings["huge"].items[0].m2 == pytest.approx(0.3 * 111_400 * 0.3 * 57_200, rel=0.01)


def test_a_shape_of_very_many_points_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.importing.checks._MANY_VERTICES", 20)
    round_one = files.feature(box(1).centroid.buffer(0.001), code="round", name="Rund")
    (item,) = findings_in(tmp_path, files.feature(box(3), code="A", name="A"), round_one)[
        "many_vertices"
    ].items
    assert item.code == "round"


def test_areas_without_a_name_are_named_and_a_set_without_any_is_said_as_a_whole(tmp_path: Path) -> None:
    rows = [files.feature(box(0), code="A", name="Øst"), files.feature(box(1), code="B", name=" ")]
    assert [item.code for item in findings_in(tmp_path, *rows)["no_name"].items] == ["B"]
    nameless = [files.feature(box(0), code="A"), files.feature(box(1), code="B")]
    finding = findings_in(tmp_path, *nameless, name="y")["no_names"]
    assert (finding.severity, finding.count) == ("warning", 2)
    assert "Choose the column that holds the names" in wording.sentence(finding)
    empty = [files.feature(box(0), code="A", name=""), files.feature(box(1), code="B", name=None)]
    assert "no_names" in findings_in(tmp_path, *empty, name="z")
    assert "no_names" not in findings_in(tmp_path, *empty, name="w", kind="other")


def test_bare_shapes_are_said_to_be_numbered_and_no_more(tmp_path: Path) -> None:
    assert set(findings_in(tmp_path, files.feature(box(0)), files.feature(box(1)))) == {"numbered"}


def test_levels_and_states_that_are_none_are_reported(tmp_path: Path) -> None:
    rows = [
        files.feature(box(0), code="1110", vertical_level=2, land_use_status=1),
        files.feature(box(1), code="1110", vertical_level=9, land_use_status=7),
        files.feature(box(2), code="1110", vertical_level=None, land_use_status=None),
    ]
    findings = findings_in(tmp_path, *rows, kind="zoning", style="no_reguleringsplan")
    assert [(item.feature, item.why) for item in findings["unknown_level"].items] == [(2, "9")]
    assert [(item.feature, item.why) for item in findings["unknown_status"].items] == [(2, "7")]


def test_zones_without_a_code_among_those_that_have_one_are_reported(tmp_path: Path) -> None:
    rows = [
        files.feature(box(0), code="1110"),
        files.feature(box(1), code=""),
        files.feature(box(2), code=None),
    ]
    findings = findings_in(tmp_path, *rows, kind="zoning", style="no_reguleringsplan")["no_code"]
    assert ([item.feature for item in findings.items], findings.severity) == ([2, 3], "warning")
    assert "2 zones have no code" in wording.sentence(findings)


def test_a_file_far_from_the_owners_layers_is_reported_with_the_distance(tmp_path: Path) -> None:
    findings_in(tmp_path, *row_of(3), name="first")
    north = files.feature(shapely.box(9.60, 62.0, 9.63, 62.01), code="1110")
    finding = findings_in(tmp_path, north, name="far", kind="zoning")["far_from_home"]
    # from 59.01° to 62° N
    assert finding.values == {"km": pytest.approx(333, abs=1)}
    beside = files.feature(shapely.box(9.60, 59.02, 9.63, 59.03), code="1110")
    assert "far_from_home" not in findings_in(tmp_path, beside, name="near", kind="zoning")


def test_boundaries_are_compared_with_those_that_cover_most(tmp_path: Path) -> None:
    findings_in(tmp_path, *row_of(10), name="whole")
    part = findings_in(
        tmp_path, files.feature(shapely.box(9.60, 59, 9.63, 59.01), code="A", name="A"), name="part"
    )
    assert part["little_of_home"].values == {"percent": pytest.approx(30.0)}
    assert "beyond_home" not in part
    wider = shapely.box(9.60, 59, 9.70, 59.02)
    over = findings_in(tmp_path, files.feature(wider, code="A", name="A"), name="over")
    assert over["beyond_home"].values == {"percent": pytest.approx(50.0)}
    assert "little_of_home" not in over


def test_a_new_edition_is_not_compared_with_the_one_it_replaces(tmp_path: Path) -> None:
    findings_in(tmp_path, *row_of(10))
    smaller = findings_in(tmp_path, *row_of(3), replace=True, valid_from=dt.date(2021, 1, 1))
    assert smaller == {}


# Several features under one code ----------------------------------------------------------------------


def test_islands_of_one_area_are_merged_and_that_is_reported(tmp_path: Path) -> None:
    rows = [
        files.feature(box(0), code="A", name="Øyene"),
        files.feature(box(1), code="B", name="Fastland"),
        files.feature(box(5), code="A", name="Øyene"),
    ]
    finding = findings_in(tmp_path, *rows)["merged_code"]
    assert [(item.feature, item.code, item.why) for item in finding.items] == [(1, "A", "features 1, 3")]
    edition = import_file.Layer.objects.get().editions.get()
    assert edition.feature_count == 2
    assert edition.areas.get(code="A").geom.num_geom == 2
    assert edition.areas.get(code="A").geom.area == pytest.approx(2e-4)


@pytest.mark.parametrize(
    ("second", "name"), [(box(5), "Et annet navn"), (box(0, side=0.005), "Øyene"), (box(0), "Øyene")]
)
def test_what_may_be_a_mistake_is_refused_unless_merging_is_asked_for(
    tmp_path: Path, second: Any, name: str
) -> None:
    rows = [files.feature(box(0), code="A", name="Øyene"), files.feature(second, code="A", name=name)]
    with pytest.raises(ValueError, match=r"A \(1, 2\)"):
        findings_in(tmp_path, *rows)
    findings = findings_in(tmp_path, *rows, merge_codes=True)
    assert findings["merged_code"].count == 1


def test_merging_can_be_forbidden(tmp_path: Path) -> None:
    rows = [files.feature(box(i), code="A", name="Øyene") for i in (0, 5)]
    with pytest.raises(ValueError, match=r"A \(1, 2\)"):
        findings_in(tmp_path, *rows, merge_codes=False)


def test_zones_of_one_purpose_stay_zones(tmp_path: Path) -> None:
    rows = [files.feature(box(i), code="1110") for i in (0, 5)]
    findings = findings_in(tmp_path, *rows, kind="zoning", style="no_reguleringsplan")
    assert set(findings) == {"recognised"}


def test_features_with_damaged_letters_are_named(tmp_path: Path) -> None:
    rows = [*row_of(2), files.feature(box(4), code="Ø", name="GrÃ¸nnÃ¥sen")]
    finding = findings_in(tmp_path, *rows)["damaged_letters"]
    assert (finding.severity, [item.feature for item in finding.items]) == ("warning", [3])
