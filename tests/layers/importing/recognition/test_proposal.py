"""What is proposed to a person who has a file and has said nothing yet."""

import pytest

from layers.importing.recognition.columns import ColumnError
from layers.importing.recognition.proposal import Proposal, propose
from tests.layers.importing.recognition.test_columns import table


def roles(proposal: Proposal) -> dict[str, tuple[str, list[str]]]:
    return {role.role: (role.column, list(role.others)) for role in proposal.roles}


def test_a_recognised_plan_says_by_what() -> None:
    plan = table(
        {"arealformål": 1110, "feltnavn": "B1", "plannavn": None},
        {"arealformål": 2010, "feltnavn": "", "plannavn": "x"},
    )
    proposal = propose(plan, kind="zoning", owner="NO-4012")
    assert proposal.source is not None
    assert proposal.source.id == "no-reguleringsplan"
    assert (proposal.question, list(proposal.ties)) == (None, [])
    assert proposal.why == {"code": "arealformål", "field": "feltnavn"}
    assert roles(proposal)["code"] == ("arealformål", [])
    samples = {role.name: (list(role.samples), role.filled) for role in proposal.columns}
    assert samples["feltnavn"] == (["B1"], 0.5)
    assert samples["arealformål"] == (["1110", "2010"], 1.0)
    assert proposal.styles[0].list_name == "no_reguleringsplan"


def test_a_tie_is_named() -> None:
    proposal = propose(table({"arealformål": 1110}), kind="zoning", owner="NO-4012")
    assert (proposal.source, list(proposal.ties)) == (None, ["no-kommuneplan", "no-reguleringsplan"])
    options = propose(table({"arealformål": 1110}), kind="zoning", owner="NO-4012", source="no-kommuneplan")
    assert options.source is not None
    assert list(options.ties) == []


def test_areas_without_a_code_are_asked_about_with_the_fields_that_would_do() -> None:
    areas = table({"nr": 1, "distrikt": "A", "krets": "x"}, {"nr": 2, "distrikt": "A", "krets": "y"})
    proposal = propose(areas, kind="boundary", owner="NO-4012")
    assert proposal.question is not None
    assert "nr, distrikt, krets" in str(proposal.question)
    assert proposal.question.option == "--code-field"
    assert roles(proposal)["code"] == ("", ["nr", "krets"])
    assert propose(areas, kind="boundary", owner="NO-4012", roles={"code": "nr"}).question is None


def test_zones_without_a_code_are_offered_the_field_whose_values_a_list_knows() -> None:
    zones = table(
        {"formaal": 1110, "areal": 5.5, "navn": "B1"}, {"formaal": 2010, "areal": 7.5, "navn": "V1"}
    )
    assert roles(propose(zones, kind="zoning", owner="NO-4012"))["code"] == ("", ["formaal"])


def test_samples_are_the_first_different_ones_and_short() -> None:
    proposal = propose(
        table(*({"kode": "x" * 500 if n == 0 else n // 2} for n in range(20))), kind="other", owner="NO-1"
    )
    (column,) = proposal.columns
    assert [len(sample) for sample in column.samples] == [60, 1, 1]


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(ColumnError):
        propose(table({"a": 1}), kind="zoning", owner="NO-4012", roles={"code": "b"})


def test_yes_and_no_are_values() -> None:
    proposal = propose(table({"flagg": True}, {"flagg": False}), kind="other", owner="NO-1")
    (column,) = proposal.columns
    assert (list(column.samples), column.filled) == (["true", "false"], 1.0)
