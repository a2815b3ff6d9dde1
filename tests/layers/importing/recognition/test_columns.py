"""What a file's fields become: codes, names in several languages, levels, status, what tiles tell."""

import json
from typing import Any

import numpy as np
import pytest
import shapely

from layers.importing.recognition import columns
from layers.importing.recognition.columns import ColumnError, Columns, recognise
from layers.importing.recognition.row import Row
from layers.importing.recognition.rows import rows_on_demand
from layers.readers.read_file import SourceRows

SQUARE = shapely.box(0, 0, 1, 1)


def table(*rows: dict[str, Any], layers: list[str] | None = None) -> SourceRows:
    geometries = np.empty(len(rows), dtype=object)
    geometries[:] = [SQUARE] * len(rows)
    return SourceRows(geometries=geometries, properties=list(rows), srid=25832, layers=layers or [])


def understood(
    source_rows: SourceRows, *, kind: str = "zoning", owner: str = "NO-4012", **options: Any
) -> Columns:
    roles = options.pop("roles", {})
    return recognise(source_rows, kind=kind, owner=owner, roles=roles, **options)


def rows_of(
    source_rows: SourceRows, *, kind: str = "zoning", owner: str = "NO-4012", **options: Any
) -> list[Row]:
    got = understood(source_rows, kind=kind, owner=owner, **options)
    return list(
        rows_on_demand(source_rows, got, row_numbers=range(len(source_rows.properties)), kind=kind).values()
    )


def findings_of(
    source_rows: SourceRows, *, owner: str = "NO-4012", **options: Any
) -> dict[str, dict[str, Any]]:
    got = understood(source_rows, owner=owner, **options)
    loaded = rows_on_demand(source_rows, got, row_numbers=range(len(source_rows.properties)), kind="zoning")
    return {
        finding.kind: {"count": finding.count, **finding.values}
        for finding in columns.findings(loaded, got, owner=owner, source=None)
    }


# Norwegian plans -------------------------------------------------------------------------------------


def test_a_plan_of_several_tables_has_one_code_for_each_zone() -> None:
    plan = table(
        {"arealformål": 1110.0, "feltnavn": "B1", "vertikalnivå": 2},
        {"fare": 320, "hensynSonenavn": "H320_1", "vertikalnivå": "1 - Under"},
        {"støy": "220 - Gul sone", "hensynSonenavn": "H220_1"},
        {"detaljering": "H910", "hensynSonenavn": None},
        layers=["RpArealformålOmråde", "RpFareSone", "RpStøySone", "RpDetaljeringSone"],
    )
    got = understood(plan)
    assert got.source is not None
    assert got.source.id == "no-reguleringsplan"
    assert [(row.code, row.field, row.vertical_level) for row in rows_of(plan)] == [
        ("1110", "B1", 2),
        ("H320", "H320_1", 1),
        ("H220", "H220_1", 2),
        ("H910", "", 2),
    ]
    assert got.findings == []


@pytest.mark.parametrize(
    "fields",
    [
        ("arealformål", "feltbetegnelse", "vertikalnivå"),
        ("AREALFORMÅL", "FELTBETEGNELSE", "VERTIKALNIVÅ"),
        ("arealformal", "feltbetegnelse", "vertikalniva"),
        ("arealform", "feltbetegn", "vertikalni"),
        ("RPAREALFOR", "FELTNAVN", "VERTNIV"),
        ("plan.arealformål", "plan.feltnavn", "plan.vertikalnivå"),
    ],
)
def test_a_zone_is_the_same_in_every_dialect(fields: tuple[str, str, str]) -> None:
    (row,) = rows_of(table(dict(zip(fields, ("1110 - Boligbebyggelse", "o_B1", 3.0), strict=True))))
    assert (row.code, row.field, row.vertical_level) == ("1110", "o_B1", 3)


def test_a_master_plan_knows_existing_and_future() -> None:
    plan = table(
        {"arealformål": "1110", "områdenavn": "B1", "arealbruksstatus": 1},
        {"arealformål": "1110", "områdenavn": "B2", "arealbruksstatus": "2.0"},
        {"arealformål": "1110", "områdenavn": "B3", "arealbruksstatus": "2 - Framtidig"},
        {"arealformål": "1110", "områdenavn": "B4", "arealbruksstatus": "Nåværende"},
        {"arealformål": "1110", "områdenavn": "B5", "arealbruksstatus": 3},
    )
    rows = rows_of(plan)
    assert [row.land_use_status for row in rows] == [1, 2, 2, 1, None]
    assert [row.field for row in rows] == ["B1", "B2", "B3", "B4", "B5"]
    assert json.loads(rows[4].properties) == {"arealbruksstatus": 3}  # what we have no word for is kept


def test_the_level_may_stand_in_the_name_of_the_table() -> None:
    plan = table({"arealformål": 1110}, {"arealformål": 2010}, layers=["rparealformalomrade_vn1"] * 2)
    assert {row.vertical_level for row in rows_of(plan)} == {1}


def test_the_plans_own_fields_are_kept() -> None:
    fields = {"arealplanId": {"planidentifikasjon": "r123"}, "plannavn": "Herre", "planstatus": 3}
    (row,) = rows_of(table({"arealformål": 1110, "feltnavn": "B1", **fields}))
    assert json.loads(row.properties) == fields


def test_the_outline_of_a_plan_is_no_zone_where_a_field_says_which_is_which() -> None:
    plan = table(
        {"OBJTYPE": "RpOmråde", "arealformål": None, "feltnavn": None},
        {"OBJTYPE": "RpArealformålOmråde", "arealformål": 1110, "feltnavn": "B1"},
    )
    assert columns.not_of_layer(plan, understood(plan)) == {0: "not part of the layer: RpOmråde"}
    alone = table({"OBJTYPE": "RpOmråde", "arealformål": 1110, "feltnavn": "B"})
    assert columns.not_of_layer(alone, understood(alone)) == {}


def test_a_table_that_was_chosen_is_taken_whatever_it_is_called() -> None:
    zone, outline = {"arealformål": 1110, "feltnavn": "B"}, {"vertikalnivå": 2}
    plan = table(zone, outline, layers=["RpArealformålOmråde", "RpOmråde"])
    assert columns.not_of_layer(plan, understood(plan)) == {}


def test_old_plans_have_their_own_codes() -> None:
    (row,) = rows_of(table({"reguleringsformål": "110.0", "feltbetegnelse": "B"}))
    assert (row.code, row.field) == ("110", "B")
    assert understood(table({"REGFORM": 110, "VERTNIV": 2})).style == "no_reg1985"


# What is not sure ------------------------------------------------------------------------------------


def test_of_two_plans_with_the_same_columns_the_codes_decide() -> None:
    zoning = table({"arealformål": 1169}, {"arealformål": 2011}, {"arealformål": 3031})
    got = understood(zoning)
    assert got.source is not None
    assert got.source.id == "no-reguleringsplan"
    assert [finding.kind for finding in got.findings] == ["read_as"]


def test_where_the_codes_fit_both_nobody_guesses() -> None:
    either = table({"arealformål": 1110})
    got = understood(either)
    assert got.source is None
    assert got.roles == {"code": "arealformål"}
    assert [(finding.kind, finding.values["sources"]) for finding in got.findings] == [
        ("may_be", "no-kommuneplan, no-reguleringsplan")
    ]
    options = understood(either, source="no-kommuneplan")
    assert options.style == "no_kommuneplan"
    assert options.findings == []


def test_codes_that_the_list_does_not_know_are_reported_with_their_number() -> None:
    plan = table(*({"arealformål": code, "feltnavn": "B"} for code in (1110, 1110, 9999, 9998, 9999)))
    options = findings_of(plan)["unknown_code"]
    assert options == {"count": 3, "total": 5, "list": "no_reguleringsplan", "codes": "9999 (2), 9998 (1)"}
    assert "unknown_code" not in findings_of(table({"arealformål": 1110, "feltnavn": "B"}))


def test_a_list_that_knows_the_codes_is_offered() -> None:
    plan = table(*({"kode": code} for code in (1169, 2011, 3031)))
    assert findings_of(plan, roles={"code": "kode"})["better_list"]["list"] == "no_reguleringsplan"
    wrong = findings_of(plan, roles={"code": "kode"}, style="no_kommuneplan")
    assert wrong["better_list"] == {"count": 1, "list": "no_reguleringsplan", "percent": 100}
    assert findings_of(table({"x": 1169})) == {"no_codes": {"count": 1}}


def test_a_role_a_field_or_a_source_that_is_not_there_is_refused_with_those_that_are() -> None:
    plan = table({"arealformål": 1110})
    for options, wanted in (
        ({"roles": {"kode": "arealformål"}}, "vertical_level"),
        ({"roles": {"code": "formål"}}, "arealformål"),
        ({"source": "no-nothing"}, "no-reguleringsplan"),
    ):
        with pytest.raises(ColumnError, match=wanted):
            understood(plan, **options)


def test_a_person_knows_better() -> None:
    plan = table({"arealformål": 1110, "kode": 2010, "fare": 320, "feltnavn": "B", "navn": "Torget"})
    (row,) = rows_of(plan, roles={"code": "kode", "name": "navn"})
    assert (row.code, row.name) == ("2010", "Torget")
    (bare,) = rows_of(table({"arealformål": 1110, "kode": None, "fare": 320}), roles={"code": "kode"})
    assert bare.code == ""


# Areas -----------------------------------------------------------------------------------------------


def test_the_lost_zero_of_a_statistical_unit_is_written_again() -> None:
    units = table({"grunnkretsnummer": 3010101, "grunnkretsnavn": "Bispevika"})
    assert rows_of(units, kind="boundary", owner="NO-0301")[0].code == "03010101"


@pytest.mark.parametrize("fields", [("grunnkrets", "grunnkre_1"), ("grunnkre_1", "grunnkrets")])
def test_of_cut_names_that_could_be_either_the_values_decide(fields: tuple[str, str]) -> None:
    number, name = fields
    units = table({number: 40120101, name: "Herre"}, {number: 40120102, name: "Åby 2"})
    assert [(row.code, row.name) for row in rows_of(units, kind="boundary")] == [
        ("40120101", "Herre"),
        ("40120102", "Åby 2"),
    ]


def test_the_district_around_it_is_not_what_an_area_is() -> None:
    parts = table(
        {"name": "Furuset", "id": "0301121201", "bydel": 12}, {"name": "Ellingsrud", "id": "2", "bydel": 12}
    )
    got = understood(parts, kind="boundary", owner="NO-0301")
    assert got.source is None
    assert [finding.kind for finding in got.findings] == ["codes_from"]
    assert [row.name for row in rows_of(parts, kind="boundary", owner="NO-0301")] == ["Furuset", "Ellingsrud"]


def test_areas_of_one_municipality_are_not_municipalities() -> None:
    parts = table({"kommunenummer": 4012, "nr": 1}, {"kommunenummer": 4012, "nr": 2})
    with pytest.raises(ColumnError, match="Which column"):
        understood(parts, kind="boundary")
    assert rows_of(parts, kind="boundary", roles={"code": "nr"})[0].code == "1"


# Names -----------------------------------------------------------------------------------------------


def names(row: Row) -> dict[str, str]:
    return dict(json.loads(row.names))


def test_a_name_for_each_language_in_fields_of_its_own() -> None:
    places = table(
        {
            "osm_id": 1,
            "name": "Karasjok - Kárášjohka",
            "name:se": "Kárášjohka",
            "name:nb": "Karasjok",
            "navn_fkv": "Kaarasjoki",
        }
    )
    (row,) = rows_of(places, kind="place")
    assert row.name == "Karasjok - Kárášjohka"
    assert names(row) == {"se": "Kárášjohka", "nb": "Karasjok", "fkv": "Kaarasjoki"}
    assert json.loads(row.properties) == {}


def test_names_in_lists_with_their_languages() -> None:
    several = {"språk": ["norsk", "nordsamisk", "kvensk"], "komplettskrivemåte": ["Tana", "Deatnu", "Teno"]}
    (row,) = rows_of(table({"stedsnummer": 7, "navneobjekttype": "elv", **several}), kind="place")
    assert row.name == "Tana"
    assert names(row) == {"nb": "Tana", "nn": "Tana", "se": "Deatnu", "fkv": "Teno"}
    assert json.loads(row.properties)["type"] == "elv"


def test_lists_of_different_length_do_not_say_whose_name_it_is() -> None:
    names_apart = {
        "språk": ["norsk", "nordsamisk"],
        "komplettskrivemåte": ["Tana", "Deatnu", "Deanu"],
        "stedsnummer": 7,
    }
    (row,) = rows_of(table(names_apart), kind="place")
    assert (row.name, names(row)) == ("Tana", {})


def test_nested_names_as_the_register_gives_them() -> None:
    nested = [{"skrivemåte": "Snåsa", "språk": "Norsk"}, {"skrivemåte": "Snåase", "språk": "Sørsamisk"}]
    (row,) = rows_of(table({"stedsnummer": 1, "stedsnavn": nested}), kind="place")
    assert (row.name, names(row)) == ("Snåsa", {"nb": "Snåsa", "nn": "Snåsa", "sma": "Snåase"})


def test_rows_of_one_place_share_their_names() -> None:
    places = table(
        {"enh_snavn": "Karasjok", "enh_snspraak": "NO", "enh_ssrobj_id": 5},
        {"enh_snavn": "Kárášjohka", "enh_snspraak": "SN", "enh_ssrobj_id": 5},
        {"enh_snavn": "Herre", "enh_snspraak": "NO", "enh_ssrobj_id": 6},
    )
    first, second, third = rows_of(places, kind="place")
    assert names(first) == names(second) == {"nb": "Karasjok", "nn": "Karasjok", "se": "Kárášjohka"}
    assert (first.name, second.name) == ("Karasjok", "Kárášjohka")
    assert names(third) == {"nb": "Herre", "nn": "Herre"}


# Other things ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "fields", "name"),
    [
        ("NO-4012", {"adressetekst": "Bygata 12B", "adressenavn": "Bygata", "nummer": 12}, "Bygata 12B"),
        ("NO-4012", {"adressenavn": "Storgata", "nummer": 12.0, "bokstav": "B"}, "Storgata 12B"),
        ("NO-4012", {"adressenavn": "Åsveien", "nummer": 3, "bokstav": None}, "Åsveien 3"),
        ("SE-0180",
         {"adressomrade_faststalltnamn": "Götgatan", "adressplatsnummer": "8", "bokstavstillagg": "A"},
         "Götgatan 8A"),
        ("DK-0101", {"vejnavn": "Vesterbrogade", "husnr": "7B", "postnr": "1620"}, "Vesterbrogade 7B"),
        ("NO-4012", {"addr:street": "Storgata", "addr:housenumber": "12B"}, "Storgata 12B"),
    ],
)  # fmt: skip
def test_an_address_has_street_number_and_letter_for_its_name(
    owner: str, fields: dict[str, Any], name: str
) -> None:
    assert rows_of(table(fields), kind="address", owner=owner)[0].name == name


def test_streets_water_and_lamps_say_what_tiles_tell() -> None:
    street = {
        "adressenavn": "Storgata",
        "typeVeg": "enkelBilveg",
        "vegkategori": "F",
        "vegnummer": 3262,
        "medium": "L",
    }
    (row,) = rows_of(table(street), kind="street")
    options = json.loads(row.properties)
    assert row.name == "Storgata"
    assert {name: options[name] for name in ("class", "category", "number", "medium")} == {
        "class": "enkelBilveg",
        "category": "F",
        "number": "3262",
        "medium": "bridge",
    }
    water = table({"objtype": "InnsjøRegulert", "navn": "Rognsvatnet"})
    assert json.loads(rows_of(water, kind="water")[0].properties)["kind"] == "lake"
    lakes = table({"navn": "Rognsvatnet"}, {"navn": "Frierfjorden"}, layers=["innsjo", "Havflate"])
    kinds = [json.loads(row.properties)["kind"] for row in rows_of(lakes, kind="water")]
    assert kinds == ["lake", "sea"]
    osm = table({"osm_id": 5, "highway": "residential", "name": "Bygata", "ref": None})
    assert json.loads(rows_of(osm, kind="street")[0].properties)["class"] == "residential"


def test_a_files_own_field_is_not_overwritten() -> None:
    (row,) = rows_of(table({"typeVeg": "a", "vegkategori": "F", "class": "ours"}), kind="street")
    assert json.loads(row.properties)["class"] == "ours"


def test_swedish_and_danish_plans() -> None:
    swedish = table(
        {"bestammelsekod": "DP_KM_B1", "bestammelseformulering": "Bostäder"}, {"bestammelsekod": "DP_KM_E2"}
    )
    rows = rows_of(swedish, owner="SE-0180")
    assert [(row.code, row.name) for row in rows] == [("B", "Bostäder"), ("E", "")]
    danish = table({"anvgen": 11, "plannr": "R24.B.4.8", "plannavn": "B4", "komplan_id": 1})
    (row,) = rows_of(danish, owner="DK-0101")
    assert (row.code, row.field, row.name) == ("11", "R24.B.4.8", "B4")
    words = table({"anvendelsegenerel": "Boligområde", "plannavn": "Havnen", "planid": 1})
    assert rows_of(words, owner="DK-0101")[0].code == "11"


def test_our_own_names_survive_a_shapefile() -> None:
    own = {"code": 1110, "field": "B1", "vertical_l": 3, "land_use_s": 2, "legal_text": "§ 1"}
    (row,) = rows_of(table(own), owner="XX-1")
    assert (row.code, row.field, row.vertical_level, row.land_use_status, row.legal_text) == (
        "1110",
        "B1",
        3,
        2,
        "§ 1",
    )


def test_areas_with_names_by_language_only_are_called_by_the_first() -> None:
    areas = table({"tunnus": "0900", "nimi_fi": "Kallio", "nimi_sv": "Berghäll"})
    (finding,) = rows_of(areas, kind="boundary", owner="FI-091")
    assert (finding.code, finding.name) == ("0900", "Kallio")
    assert set(json.loads(finding.names).values()) == {"Kallio", "Berghäll"}
