"""Which data set a file is taken for, and what is said of it: one generic name makes it nobody's."""

from pathlib import Path

import pytest
from django.utils import translation

from layers.findings import wording
from layers.findings.finding import Finding
from layers.models import Area, Layer, Zone
from tests.layers import files
from tests.layers.imports import imported

pytestmark = pytest.mark.django_db
SHAPES = (files.BOX, files.NEXT_BOX)


def loaded(folder: Path, *rows: dict[str, object], **options: object) -> dict[str, Finding]:
    features = [files.feature(shape, **row) for shape, row in zip(SHAPES, rows, strict=True)]
    path = files.geojson(folder, files.collection(*features), name="areas.geojson")
    outcome = imported(path, **options)  # type: ignore[arg-type]
    assert outcome.report is not None
    return {finding.kind: finding for finding in outcome.report.findings()}


def test_a_data_set_is_said_with_the_title_credit_and_licence_that_it_brings(tmp_path: Path) -> None:
    rows = [{"valgkretsnummer": "1", "valgkretsnavn": "A"}, {"valgkretsnummer": "2", "valgkretsnavn": "B"}]
    finding = loaded(tmp_path, *rows)["recognised_credit"]
    sentence = wording.sentence(finding)
    assert "“Electoral districts” (no-valgkretser)" in sentence
    assert "“© Kartverket”" in sentence
    assert "“CC BY 4.0”" in sentence
    with translation.override("nn"):
        assert "«Valgkretser»" in wording.sentence(finding)
    layer = Layer.objects.get()
    assert (layer.credit, layer.licence) == ("© Kartverket", "CC BY 4.0")


def test_a_credit_that_only_the_municipality_can_tell_is_not_said_to_be_brought(tmp_path: Path) -> None:
    rows = [{"bydelsnummer": "1", "bydelsnavn": "A"}, {"bydelsnummer": "2", "bydelsnavn": "B"}]
    assert "{" not in wording.sentence(loaded(tmp_path, *rows)["recognised"])


def test_what_a_person_has_named_was_not_recognised(tmp_path: Path) -> None:
    rows = [{"bydelsnummer": "1", "bydelsnavn": "A"}, {"bydelsnummer": "2", "bydelsnavn": "B"}]
    assert "recognised" not in loaded(tmp_path, *rows, source="no-bydeler")


def test_wards_with_a_generic_code_keep_it_and_are_nobodys_data_set(tmp_path: Path) -> None:
    rows = [{"GEOID": "11001A", "WARD": "1"}, {"GEOID": "11001B", "WARD": "2"}]
    findings = loaded(tmp_path, *rows, owner="US-DC")
    assert findings.keys().isdisjoint({"recognised", "recognised_credit", "read_as", "may_be"})
    assert set(Area.objects.values_list("code", flat=True)) == {"11001A", "11001B"}
    layer = Layer.objects.get()
    assert (layer.titles, layer.credit, layer.licence) == ({}, "", "")


def test_a_plan_with_plain_names_is_known_by_its_codes_alone(tmp_path: Path) -> None:
    known = loaded(tmp_path, {"code": "1110"}, {"code": "2010"}, kind="zoning", name="plan")
    assert "recognised" in known
    unknown = loaded(tmp_path, {"code": "A"}, {"code": "B"}, kind="zoning", name="other")
    assert "recognised" not in unknown


@pytest.mark.parametrize("spelling", ["vertical_level", "VERTICALLEVEL", "Vertical Level", "vertical-level"])
def test_our_own_names_compare_without_letter_case_and_underscores(tmp_path: Path, spelling: str) -> None:
    rows = [
        {"CODE": "1110", spelling: 3, "LEGALTEXT": "§ 1", "PROVISION_NB": "Bolig", "provisionEN": "Homes"},
        {"CODE": "2010", spelling: 2},
    ]
    loaded(tmp_path, *rows, kind="zoning")
    zone = Zone.objects.get(code="1110")
    assert (zone.vertical_level, zone.legal_text) == (3, "§ 1")
    assert zone.provision == {"nb": "Bolig", "en": "Homes"}
    assert zone.properties == {}
