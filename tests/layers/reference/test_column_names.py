"""A field is found in whatever dialect its name comes in, and nothing else is found instead."""

import unicodedata

import pytest

from layers.reference.column_names import ColumnNames, names_in, same, value_of


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("arealformål", "arealformål"),
        ("arealformål", "AREALFORMÅL"),
        ("arealformål", " Arealformål "),
        ("arealformål", unicodedata.normalize("NFD", "arealformål")),
        ("arealformål", "arealformal"),
        ("arealformål", "arealformaal"),
        ("arealformål", "arealform_l"),
        ("arealformål", "arealform?l"),
        ("arealformål", "arealform\ufffdl"),
        ("arealformål", "arealformÃ¥l"),  # UTF-8 read as Latin-1
        ("arealformål", "arealform"),  # cut at ten bytes, in the middle of å
        ("arealformål", "arealformå"),  # cut at ten Latin-1 letters
        ("arealformål", "AREALFORMA"),
        ("reguleringsformål", "REGULERING"),
        ("støy", "stoy"),
        ("støy", "STOEY"),
        ("båndlegging", "bandlegging"),
        ("gjennomføring", "gjennomfør"),
        ("planidentifikasjon", "arealplanId.planidentifikasjon"),
        ("lokalId", "identifikasjon|Identifikasjon|lokalId"),
        ("lokalId", "app:lokalId"),
        ("arealformål", "rpomrade.arealformal"),
        ("användningsform", "anvandningsform"),
        ("bydel_nr", "bydelnr"),
        ("kommunenummer", "kommunenum"),
        ("grunnkretsnavn", "grunnkre_1"),
        ("nærmiljøutvalg", "nærmiljø"),
        ("nærmiljøutvalg", "naermiljoe"),
    ],
)
def test_a_name_is_found_in_its_dialects(alias: str, name: str) -> None:
    assert ColumnNames(["other", name, "shape_area"]).first_for(alias) == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("arealformål", "formål"),
        ("arealformål", "arealfor"),
        ("støy", "sty"),
        ("år", "r"),
        ("navn", "etternavn"),
        ("bydel", "delbydel"),
        ("name", "name:se"),
        ("kommunenummer", "kommunenum1"),
    ],
)
def test_another_name_is_not(alias: str, name: str) -> None:
    assert ColumnNames([name]).first_for(alias) is None


def test_the_surest_comes_first() -> None:
    fields = ColumnNames(["arealforma", "arealformal", "plan.arealformål", "Arealformål"])
    assert fields.all_for(["arealformål"]) == ("Arealformål", "arealformal", "arealforma")
    assert ColumnNames(["feltbetegnelse", "feltnavn"]).all_for(["feltnavn", "feltbetegnelse"]) == (
        "feltnavn",
        "feltbetegnelse",
    )


def test_nested_fields_have_dotted_names_and_values() -> None:
    row = {"plan": {"id": {"nr": "r1", "x": None}}, "navn": [{"tekst": "A"}, {"tekst": "B"}], "flat.name": 1}
    assert names_in([row, {"late": 2}]) == [
        "plan", "navn", "flat.name", "late", "plan.id", "plan.id.nr", "plan.id.x", "navn.tekst",
    ]  # fmt: skip
    assert value_of(row, "plan.id.nr") == "r1"
    assert value_of(row, "navn.tekst") == ["A", "B"]
    assert value_of(row, "flat.name") == 1
    assert value_of(row, "plan.none.nr") is None
    assert value_of(row, "late") is None
    assert value_of({"a.b": {"c": 3}}, "a.b.c") == 3


def test_fields_nested_without_end_are_looked_into_so_deep_and_no_deeper() -> None:
    row: dict[str, object] = {}
    for _level in range(50):
        row = {"x": row}
    assert max(name.count(".") for name in names_in([row])) <= 4


def test_tables_are_the_same_in_their_dialects() -> None:
    assert same("RpArealformålOmråde", "rparealformalomrade")
    assert not same("RpOmråde", "RpArealformålOmråde")


def test_thousands_of_nested_fields_are_not_all_looked_up() -> None:
    rows = [{f"a{n}": {f"b{m}": 1 for m in range(400)}} for n in range(100)]
    assert len(names_in(rows)) < 5_000


def test_an_endless_name_is_a_name() -> None:
    assert ColumnNames(["x" * 100_000]).first_for("arealformål") is None
