"""Which data set a file is: told from its field names, in every dialect they come in."""

import pytest

from layers import styles
from layers.crs import GEOGRAPHIC, PROJECTED
from layers.models import Layer
from layers.readers.read_file import SourceLayer
from layers.reference.catalog import Match, _load, best, matches, source_layers_for, sources
from layers.toml_file import TomlFileError

NO_CODES = {"place", "street", "water", "built_up"}


def recognised(fields: list[str], **facts: object) -> Match | None:
    """What the file is, where one source alone fits best."""
    fitting = best(matches(fields, **facts))
    return fitting[0] if len(fitting) == 1 else None


@pytest.mark.parametrize(
    ("fields", "kind", "owner", "source"),
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
        (["bydelsnavn", "bydelsnr"], "boundary", "NO-0301", "no-bydeler"),
        (["nærmiljø"], "boundary", "NO-4012", "no-naermiljoutvalg"),  # cut at ten bytes
        (["delbydelsnr", "delbydelsnavn", "bydelsnr", "bydelsnavn"], "boundary", "NO-0301", "no-delbydeler"),
        (["KOMMUNENR", "GRUNNKRETSNR"], "boundary", "NO-4012", "no-grunnkretser"),
        (["kommunenummer", "kommunenavn"], "boundary", "NO-4012", "no-kommuner"),
        (["valgkretsnummer", "valgkretsnavn", "kommunenummer"], "boundary", "NO-4012", "no-valgkretser"),
        (["kommunedelsnr", "kommunedel"], "boundary", "NO-4601", "no-kommunedeler"),
        (["desokod", "regsokod", "kommunkod"], "boundary", "SE-0180", "se-deso"),
        (["regsokod", "regsonamn", "kommunkod"], "boundary", "SE-0180", "se-regso"),
        (["nyckelkod", "namn"], "boundary", "SE-0180", "se-basomraden"),
        (["sognekode", "navn"], "boundary", "DK-0101", "dk-sogne"),
        (["smd_id", "anc_id", "name"], "boundary", "US-DC", "us-dc-single-member-districts"),
        (["RPAREALFO", "VERTNIV", "FELTNAVN"], "zoning", "NO-4012", None),  # cut too short
        (["RPAREALFOR", "VERTNIV"], "zoning", "NO-4012", "no-reguleringsplan"),  # made of SOSI
        (["KPAREALFOR", "AREALST"], "zoning", "NO-4012", "no-kommuneplan"),
        (["REGFORM", "VERTNIV"], "zoning", "NO-4012", "no-reguleringsplan-1985"),
        (["REGULERING", "feltbetegn"], "zoning", "NO-4012", "no-reguleringsplan-1985"),
        (["komplan_id", "plannr", "plannavn", "anvgen"], "zoning", "DK-0101", "dk-kommuneplanramme"),
        (["planid", "delnr", "plannavn", "anvgen"], "zoning", "DK-0101", "dk-lokalplandelomraade"),
        (["adressenavn", "nummer", "bokstav", "adressetekst"], "address", "NO-4012", "no-adresser"),
        (["adressomrade_faststalltnamn", "adressplatsnummer"], "address", "SE-0180", "se-adresser"),
        (["vejnavn", "husnr", "postnr"], "address", "DK-0101", "dk-adresser"),
        (["addr:street", "addr:housenumber"], "address", "NO-4012", "osm-addresses"),
        (["addr:street", "addr:housenumber", "vejnavn", "husnr"], "address", "DK-0101", "dk-adresser"),
        (["typeVeg", "vegkategori", "vegnummer", "medium"], "street", "NO-4012", "no-veger"),
        (["osm_id", "highway", "name"], "street", "NO-4012", "osm-streets"),
        (["komplettskrivemåte", "språk", "stedsnummer"], "place", "NO-5610", "no-stedsnavn"),
        (["osm_id", "name", "name:se", "place"], "place", "NO-5610", "osm-places"),
        (["objtype", "navn"], "water", "NO-4012", "no-vann"),
        (["FACILITYID", "STREETNAME", "ASSETTYPE"], "light", "US-DC", "us-dc-lights"),
        (["bygningsnr", "bygningstypekode", "antalletasjer"], "building", "NO-4012", "no-bygninger"),
        (["bygningsnu", "bygningsty", "antallEtas"], "building", "NO-4012", "no-bygninger"),  # Shapefile
        (["osm_id", "building", "building:levels"], "building", "NO-4012", "osm-buildings"),
        (["objektidentitet", "andamal1", "husnummer"], "building", "SE-0180", "se-byggnader"),
        (["id_lokalId", "byg054AntalEtager", "byg021BygningensAnvendelse"], "building", "DK-0101",
         "dk-bygninger"),
        (["vtj_prt", "i_kerrlkm", "c_kayttark"], "building", "FI-091", "fi-rakennukset"),
        (["kerrosluku"], "building", "FI-091", "fi-rakennukset"),
        (["tettstednummer", "tettstednavn"], "built_up", "NO-4012", "no-tettsteder"),
        (["objtype", "areal"], "built_up", "NO-4012", "no-tettbebyggelse"),
        (["tatortskod", "tatort", "bef"], "built_up", "SE-0180", "se-tatorter"),
        (["objekttype", "metode"], "built_up", "DK-0101", "dk-bebyggelse"),
        (["code", "field", "name", "vertical_level", "provision_nb"], "zoning", "NO-4012", "no-plan-plain"),
        (["beteckning", "anvandningsform"], "zoning", "SE-0180", "se-detaljplan"),
        (["anvgen", "planid"], "zoning", "DK-0101", "dk-lokalplan"),
        (["id", "code", "all_codes"], "zoning", "US-DC", "us-dc-land-use"),
        (["code", "name"], "boundary", "US-DC", "us-dc-committees"),
    ],
)  # fmt: skip
def test_a_file_is_recognised(fields, kind, owner, source):
    match = recognised(fields, kind=kind, owner=owner)
    assert (match.source.id if match else None) == source


@pytest.mark.parametrize(
    ("fields", "kind", "owner"),
    [
        (["arealformål"], "zoning", "NO-4012"),  # zoning plan or master plan: nothing tells which
        (["feltnavn", "vertikalnivå"], "zoning", "NO-4012"),  # no code
        (["arealformål", "feltnavn"], "boundary", "NO-4012"),
        (["arealformål", "feltnavn"], "zoning", "SE-0180"),
        ([], "zoning", "NO-4012"),
        # Somebody's own file is not credited to whoever has a field of that name.
        (["name"], "place", "NO-4012"),
        (["navn", "bredde"], "water", "NO-4012"),
        (["name"], "street", "NO-4012"),
        (["namn"], "boundary", "SE-0180"),
        (["nummer", "navn"], "boundary", "NO-4012"),
        (["navn", "areal"], "built_up", "NO-4012"),
        (["objektidentitet"], "building", "SE-0180"),
    ],
)
def test_a_file_that_does_not_say_what_it_is_is_asked_about(fields, kind, owner):
    assert recognised(fields, kind=kind, owner=owner) is None


@pytest.mark.parametrize(
    ("columns", "kind", "owner", "is_specific"),
    [
        (["GEOID", "WARD"], "boundary", "US-DC", False),
        (["GEOID", "NAMELSAD", "TOTPOP"], "boundary", "US-DC", False),
        (["tract"], "boundary", "US-DC", True),
        (["code"], "zoning", "US-DC", False),
        (["code", "all_codes"], "zoning", "US-DC", True),
        (["code", "name"], "boundary", "US-DC", True),
        (["kretsnummer", "navn"], "boundary", "NO-4012", False),
        (["kretsnummer", "utvalg"], "boundary", "NO-4012", True),
        (["desokod"], "boundary", "SE-0180", True),
    ],
)
def test_generic_names_alone_do_not_make_a_file_a_data_set(columns, kind, owner, is_specific):
    (match, *_others) = matches(columns, kind=kind, owner=owner)
    assert match.is_specific is is_specific


def test_a_table_of_its_name_makes_a_file_a_data_set_whatever_its_columns():
    (match, *_others) = matches(["GEOID"], kind="boundary", owner="US-DC", tables=["census_tracts"])
    assert match.is_specific


@pytest.mark.parametrize("name", ["ALLCODES", "all codes", "All_Codes", "all-codes"])
def test_columns_compare_without_letter_case_blanks_and_underscores(name):
    (match, *_others) = matches(["CODE", name], kind="zoning", owner="US-DC")
    assert match.roles["all_codes"] == (name,)


def test_roles_are_given_under_the_names_the_file_has():
    fields = ["AREALFORMÅL", "feltbetegnelse", "arealplanId.planidentifikasjon", "shape_area"]
    match = recognised(fields, kind="zoning", owner="NO-4012")
    assert match
    assert match.roles == {
        "code": ("AREALFORMÅL",),
        "field": ("feltbetegnelse",),
        "plan_id": ("arealplanId.planidentifikasjon",),
    }


def test_every_source_can_be_used():
    assert len({source.id for source in sources()}) == len(sources()) >= 40
    for source in sources():
        assert source.style in styles.list_names()
        assert source.kind in Layer.Kind.values
        assert {*source.needs, *source.values} <= {*source.fields}
        # A code that only a prefix makes a code is of its own role; other things need none.
        assert source.fields.get("code") or source.fields.get("zone_code") or source.kind in NO_CODES
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
    with pytest.raises(TomlFileError, match=r"odd\.toml: “cuntry” .* “country”"):
        _load(tmp_path)


def test_a_source_file_with_a_value_of_the_wrong_kind_is_named(tmp_path):
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "odd.toml").write_text('[fields]\ncode = "kode"\n', encoding="utf-8")
    with pytest.raises(TomlFileError, match=r"odd\.toml.*fields\.code"):
        _load(tmp_path)


def table(name, *, columns=(), rows=3, geometry="MultiPolygon"):
    return SourceLayer(name=name, rows=rows, geometry=geometry, srid=25832, columns=tuple(columns))


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["Arealplan", "RpOmråde", "RpArealformålOmråde", "RpFareSone", "RpFormålGrense"],
         ("RpArealformålOmråde", "RpFareSone")),
        (["rpomrade_vn2", "rparealformalomrade_vn2", "rpstoysone_vn2"],
         ("rparealformalomrade_vn2", "rpstoysone_vn2")),
        (["plan/RpOmråde", "plan/RpArealformålOmråde"], ("plan/RpArealformålOmråde",)),
        (["KpOmråde", "KpArealformålOmråde", "KpBåndleggingSone"],
         ("KpArealformålOmråde", "KpBåndleggingSone")),
        (["Plan_RpArealformalOmrade", "Plan_RpOmrade"], ("Plan_RpArealformalOmrade",)),
        (["RbFormålOmråde", "RpOmråde"], ("RbFormålOmråde",)),
        (["RpOmråde", "RpBestemmelseOmråde"], ()),
        (["first", "second"], ()),
    ],
)  # fmt: skip
def test_the_zones_of_a_plan_are_taken_from_their_tables_without_its_outline(names, taken):
    assert source_layers_for("zoning", "NO-4012", [table(name) for name in names]) == taken


def test_empty_tables_lines_and_tables_without_shapes_are_no_zones():
    tables = [
        table("RpArealformålOmråde", rows=0),
        table("RpFareSone", geometry="MultiLineString"),
        table("RpStøySone", geometry=""),
        table("RpSikringSone", geometry="Geometry", rows=-1),
    ]
    assert source_layers_for("zoning", "NO-4012", tables) == ("RpSikringSone",)


def test_the_only_table_whose_fields_are_known_is_taken():
    known = table("flater", columns=["arealformål", "feltnavn"])
    assert source_layers_for("zoning", "NO-4012", [known, table("annet", columns=["x"])]) == ("flater",)
    assert (
        source_layers_for("zoning", "NO-4012", [known, table("mer", columns=["arealformål", "feltnavn"])])
        == ()
    )
    outline = table("RpOmråde", columns=["arealformål"])
    assert source_layers_for("zoning", "NO-4012", [known, outline]) == ("flater",)


def test_the_name_of_a_table_decides_between_two_plans_with_the_same_fields():
    columns = ["arealformål"]
    assert recognised(columns, kind="zoning", owner="NO-4012") is None
    for name, source in (
        ("RpArealformålOmråde", "no-reguleringsplan"),
        ("KpArealformålOmråde", "no-kommuneplan"),
    ):
        match = recognised(columns, kind="zoning", owner="NO-4012", tables=[name])
        assert match
        assert match.source.id == source


def test_a_word_in_a_files_name_is_not_taken_for_its_data_set():
    match = recognised(
        ["grunnkretsnummer", "kommunenummer"], kind="boundary", owner="NO-4012", tables=["bamble_kommune"]
    )
    assert match
    assert match.source.id == "no-grunnkretser"
