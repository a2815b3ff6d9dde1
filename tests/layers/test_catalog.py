"""Which data set a file is: told from its field names, in every dialect they come in."""

import pytest

from layers import styles
from layers.catalog import SourceFileError, _load, detect, sources
from layers.crs import GEOGRAPHIC, PROJECTED


@pytest.mark.parametrize(
    ("fields", "kind", "owner", "found"),
    [
        (["arealformål", "feltnavn", "vertikalnivå"], "zoning", "NO-4012", "no-reguleringsplan"),  # GML
        (["arealformål", "feltbetegnelse", "arealplanId.planidentifikasjon"], "zoning", "NO-0301",
         "no-reguleringsplan"),  # OGC API, nested
        (["arealformal", "feltbetegnelse", "vertikalniva"], "zoning", "NO-4601", "no-reguleringsplan"),
        (["arealform", "feltbetegn"], "zoning", "NO-4601", "no-reguleringsplan"),  # Shapefile
        (["AREALFORMÅL", "FELTNAVN"], "zoning", "NO-4601", "no-reguleringsplan"),
        (["arealformål", "områdenavn", "arealbruksstatus"], "zoning", "NO-4012", "no-kommuneplan"),
        (["arealbruk", "omradenavn", "arealbruksstatus"], "zoning", "NO-4012", "no-kommuneplan-1985"),
        (["reguleringsformål", "feltbetegnelse"], "zoning", "NO-4012", "no-reguleringsplan-1985"),
        (["støy", "hensynSonenavn"], "zoning", "NO-4012", "no-hensynssoner"),
        (["grunnkretsnummer", "grunnkretsnavn"], "boundary", "NO-4012", "no-grunnkretser"),
        (["bydelsnavn", "bydelsnr"], "boundary", "NO-0301", "no-naermiljoutvalg"),
        (["nærmiljø"], "boundary", "NO-4012", "no-naermiljoutvalg"),  # cut at ten bytes
        (["code", "field", "name", "vertical_level", "provision_nb"], "zoning", "NO-4012", "no-plan-plain"),
        (["beteckning", "anvandningsform"], "zoning", "SE-0180", "se-detaljplan"),
        (["anvgen", "planid"], "zoning", "DK-0101", "dk-lokalplan"),
        (["id", "code", "all_codes"], "zoning", "US-DC", "us-dc-land-use"),
        (["code", "name"], "boundary", "US-DC", "us-dc-committees"),
    ],
)  # fmt: skip
def test_a_file_is_recognised(fields, kind, owner, found):
    source = detect(fields, kind=kind, owner=owner)
    assert source is not None
    assert source.id == found


@pytest.mark.parametrize(
    ("fields", "kind", "owner"),
    [
        (["arealformål"], "zoning", "NO-4012"),  # zoning plan or master plan: nothing tells which
        (["feltnavn", "vertikalnivå"], "zoning", "NO-4012"),  # no code
        (["arealformål", "feltnavn"], "boundary", "NO-4012"),
        (["arealformål", "feltnavn"], "zoning", "SE-0180"),
        ([], "zoning", "NO-4012"),
    ],
)
def test_a_file_that_does_not_say_what_it_is_is_asked_about(fields, kind, owner):
    assert detect(fields, kind=kind, owner=owner) is None


def test_roles_are_given_under_the_names_the_file_has():
    fields = ["AREALFORMÅL", "feltbetegnelse", "arealplanId.planidentifikasjon", "shape_area"]
    source = detect(fields, kind="zoning", owner="NO-4012")
    assert source is not None
    assert source.roles_in(fields) == {
        "code": "AREALFORMÅL",
        "field": "feltbetegnelse",
        "plan_id": "arealplanId.planidentifikasjon",
    }
    assert source.field_for("valid_from", fields=fields) is None
    assert source.field_for("no such role", fields=fields) is None


def test_every_source_can_be_used():
    assert len({source.id for source in sources()}) == len(sources()) >= 12
    for source in sources():
        assert source.style in styles.list_names()
        assert source.fields["code"]
        assert source.credit
        assert source.licence
        assert source.title["en"]
        assert source.title["nb"]
        assert source.country.lower() == source.path.parent.name
        for crs in source.crs:
            assert int(crs.removeprefix("EPSG:")) in {**GEOGRAPHIC, **PROJECTED}, source.id


def test_a_source_file_with_a_misspelt_key_is_named(tmp_path):
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "odd.toml").write_text('id = "x"\ncuntry = "NO"\n', encoding="utf-8")
    with pytest.raises(SourceFileError, match=r"odd\.toml"):
        _load(tmp_path)
