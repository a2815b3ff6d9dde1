"""What is proposed to a person who has a file and has said nothing yet."""

import pytest

from layers.importing.recognition.columns import ColumnError
from layers.importing.recognition.proposal import Proposal, propose
from tests.layers.test_columns import table


def roles(found: Proposal) -> dict[str, tuple[str, list[str]]]:
    return {one.role: (one.field, list(one.others)) for one in found.roles}


def test_a_recognised_plan_says_by_what() -> None:
    plan = table(
        {"arealformål": 1110, "feltnavn": "B1", "plannavn": None},
        {"arealformål": 2010, "feltnavn": "", "plannavn": "x"},
    )
    found = propose(plan, kind="zoning", owner="NO-4012")
    assert found.source is not None
    assert found.source.id == "no-reguleringsplan"
    assert (found.question, list(found.ties)) == ("", [])
    assert found.why == {"code": "arealformål", "field": "feltnavn"}
    assert roles(found)["code"] == ("arealformål", [])
    samples = {one.name: (list(one.samples), one.filled) for one in found.fields}
    assert samples["feltnavn"] == (["B1"], 0.5)
    assert samples["arealformål"] == (["1110", "2010"], 1.0)
    assert found.styles[0].list_name == "no_reguleringsplan"


def test_a_tie_is_named() -> None:
    found = propose(table({"arealformål": 1110}), kind="zoning", owner="NO-4012")
    assert (found.source, list(found.ties)) == (None, ["no-kommuneplan", "no-reguleringsplan"])
    told = propose(table({"arealformål": 1110}), kind="zoning", owner="NO-4012", source="no-kommuneplan")
    assert told.source is not None
    assert list(told.ties) == []


def test_areas_without_a_code_are_asked_about_with_the_fields_that_would_do() -> None:
    areas = table({"nr": 1, "distrikt": "A", "krets": "x"}, {"nr": 2, "distrikt": "A", "krets": "y"})
    found = propose(areas, kind="boundary", owner="NO-4012")
    assert "--code-field" in found.question
    assert roles(found)["code"] == ("", ["nr", "krets"])
    assert propose(areas, kind="boundary", owner="NO-4012", roles={"code": "nr"}).question == ""


def test_zones_without_a_code_are_offered_the_field_whose_values_a_list_knows() -> None:
    zones = table(
        {"formaal": 1110, "areal": 5.5, "navn": "B1"}, {"formaal": 2010, "areal": 7.5, "navn": "V1"}
    )
    assert roles(propose(zones, kind="zoning", owner="NO-4012"))["code"] == ("", ["formaal"])


def test_samples_are_the_first_different_ones_and_short() -> None:
    found = propose(
        table(*({"kode": "x" * 500 if n == 0 else n // 2} for n in range(20))), kind="other", owner="NO-1"
    )
    (field,) = found.fields
    assert [len(sample) for sample in field.samples] == [60, 1, 1]


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(ColumnError):
        propose(table({"a": 1}), kind="zoning", owner="NO-4012", roles={"code": "b"})


def test_yes_and_no_are_values() -> None:
    found = propose(table({"flagg": True}, {"flagg": False}), kind="other", owner="NO-1")
    (field,) = found.fields
    assert (list(field.samples), field.filled) == (["true", "false"], 1.0)
