"""A new kind of contribution, with fields of its own, is one file in `kinds/`; without it it is gone."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from layers.toml_file import TomlFileError
from mapdialog.citizen import intake_schema
from mapdialog.citizen.forms import ContributionForm
from mapdialog.citizen.own_form import OwnForm
from mapdialog.contributions import import_files, importing, rulebooks
from mapdialog.contributions.feature import FeatureError, parse, properties
from mapdialog.contributions.kinds import catalog
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.citizen.phones import TOKEN, Phone, assert_problem
from tests.contributions.rulebooks import feature, rulebook

pytestmark = pytest.mark.django_db(transaction=True)
CROSSING = """
name = "crossing"
also = ["pedestrian crossing"]

[title]
nb = "Hvordan er overgangen?"
en = "How is the crossing?"

[invitation]
nb = "Meld fra om en overgang"
en = "Tell of a crossing"

[own.surface]
need = "required"

[own.surface.label]
nb = "Dekke"
en = "Surface"

[own.surface.choices.gravel]
nb = "Grus"
en = "Gravel"

[own.surface.choices.asphalt]
nb = "Asfalt"
en = "Asphalt"

[own.obstacle]
need = "optional"

[own.obstacle.label]
nb = "Hva er i veien?"
en = "What is in the way?"
"""
SENT = {"kind": "crossing", "text": None, "surface": "gravel"}


def know_again() -> None:
    catalog.kinds.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(catalog.FOLDER, tmp_path / "kinds")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path / "kinds")
    know_again()
    yield tmp_path / "kinds"
    monkeypatch.undo()
    know_again()


@pytest.fixture
def crossing(folder: Path) -> Path:
    file = folder / "crossing.toml"
    file.write_text(CROSSING, encoding="utf-8")
    know_again()
    return file


@pytest.fixture
def consultation() -> Consultation:
    consultation = make.consultation(opens_at=make.NOON, closes_at=None, languages=["nb", "en"])
    consultation.questions.create(
        key="often", kind="text", text={"nb": "Hvor ofte?"}, applies_to=["pin", "crossing"]
    )
    return consultation


@pytest.mark.usefixtures("crossing")
def test_the_api_takes_it_and_gives_it_out(client: Client, consultation: Consultation) -> None:
    phone = Phone(client, consultation)
    answer = phone.put(feature(**SENT, obstacle=" Et gjerde "))
    assert answer.status_code == 201, answer.json()
    assert Contribution.objects.get().details == {"surface": "gravel", "obstacle": "Et gjerde"}
    assert phone.call("GET").json()["properties"]["surface"] == "gravel"
    change = {"properties": {"surface": "asphalt", "obstacle": None}}
    assert phone.call("PATCH", change, headers={"If-Match": '"1"'}).status_code == 200
    exported = client.get(f"/api/v1/consultations/{consultation.slug}/export.geojson")
    (row,) = json.loads(b"".join(exported))["features"]
    assert (row["properties"]["kind"], row["properties"]["details"]) == ("crossing", {"surface": "asphalt"})


@pytest.mark.usefixtures("crossing")
@pytest.mark.parametrize(
    ("properties_sent", "field"),
    [
        ({"surface": "ice"}, "surface"),
        ({"surface": ["gravel"]}, "surface"),
        ({"surface": None}, "surface"),
        ({"obstacle": 3}, "obstacle"),
        ({"obstacle": "x" * 501}, "obstacle"),
        ({"light": "day"}, "light"),
        ({"kind": "pin"}, "surface"),
    ],
)
def test_what_it_does_not_take_is_refused(
    client: Client, consultation: Consultation, properties_sent: dict[str, object], field: str
) -> None:
    refused = Phone(client, consultation).put(feature(**{**SENT, **properties_sent}))
    assert assert_problem(refused, 422, "invalid")["field"] == f"properties.{field}"


@pytest.mark.usefixtures("crossing")
def test_own_words_are_screened(client: Client, consultation: Consultation) -> None:
    Phone(client, consultation).put(feature(**SENT, obstacle="Ring ola@example.no"))
    assert Contribution.objects.get().flags == ["email"]


@pytest.mark.usefixtures("crossing")
def test_the_api_document_describes_its_fields() -> None:
    described = intake_schema.feature()["properties"]["properties"]["properties"]
    assert described["surface"] == {
        "type": "string",
        "enum": ["asphalt", "gravel"],
        "description": "Of the kind `crossing`.",
    }
    assert "crossing" in described["kind"]["enum"]
    assert set(described) == properties()


@pytest.mark.usefixtures("crossing")
def test_its_form_is_offered_filled_in_sent_and_changed(client: Client, consultation: Consultation) -> None:
    address = f"/c/{consultation.slug}/"
    page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert '<a class="ds-link" href="?kind=crossing" lang="en">Tell of a crossing</a>' in page
    page = client.get(f"{address}?kind=crossing", headers={"Accept-Language": "en"}).content.decode()
    for words in ("How is the crossing?", "Surface", "Asphalt", 'name="obstacle"', "Hvor ofte?"):
        assert words in page
    assert 'data-details="surface obstacle"' in page
    posted = {
        "uuid": "00000000-0000-4000-8000-00000000000a", "token": TOKEN, "kind": "crossing", "theme": "lys",
        "place_words": "Ved skolen",
    }  # fmt: skip
    missing = client.post(f"{address}send", posted)
    assert missing.status_code == 422
    sent = client.post(f"{address}send", {**posted, "surface": "asphalt", "obstacle": "Snø"})
    assert sent.status_code == 200
    assert Contribution.objects.get().details == {"surface": "asphalt", "obstacle": "Snø"}


@pytest.mark.usefixtures("crossing")
def test_an_imported_file_may_have_its_fields(consultation: Consultation) -> None:
    file = io.StringIO("id;sort;dekke\n1;pedestrian crossing;gravel\n2;crossing;ice\n")
    names = {"source_id": "id", "kind": "sort", "surface": "dekke"}
    assert set(names) <= importing.targets()
    report = importing.load(
        import_files.of_csv(file, columns=names),
        rulebook=rulebooks.read(consultation.slug),
        options=importing.Options(),
        at=timezone.now(),
        by="command",
    )
    assert [refusal["reason"].split(":")[0] for refusal in report.refused] == ["surface"]
    assert Contribution.objects.get().details == {"surface": "gravel"}


def test_without_the_file_nothing_of_it_is_left(
    client: Client, consultation: Consultation, crossing: Path
) -> None:
    crossing.unlink()
    know_again()
    assert_problem(Phone(client, consultation).put(feature(**SENT)), 422, "invalid")
    assert "surface" not in properties() | importing.targets()
    page = client.get(f"/c/{consultation.slug}/?kind=crossing", headers={"Accept-Language": "en"})
    for words in ("Tell of a crossing", 'value="crossing"', "surface"):
        assert words not in page.content.decode()


@pytest.mark.parametrize("name", ["text", "rating", "responses", "answers", "1st", "Surface", "version"])
def test_a_field_that_means_something_already_is_refused(folder: Path, name: str) -> None:
    (folder / "crossing.toml").write_text(CROSSING.replace("surface", name), encoding="utf-8")
    know_again()
    with pytest.raises(ValueError, match=name):
        catalog.kinds()


def test_a_misspelt_key_is_named(folder: Path) -> None:
    (folder / "crossing.toml").write_text(CROSSING.replace("need =", "ned =", 1), encoding="utf-8")
    know_again()
    with pytest.raises(TomlFileError, match=r"crossing\.toml: “own\.surface\.ned” .* “need”"):
        catalog.kinds()


def test_no_field_of_the_form_and_no_column_of_a_file_can_be_a_kinds_own() -> None:
    in_forms = {*ContributionForm.base_fields, *OwnForm.base_fields}
    assert in_forms | importing.targets() | properties() <= catalog._TAKEN


def test_a_kind_of_before_takes_no_field_of_another(crossing: Path) -> None:
    assert crossing.exists()
    with pytest.raises(FeatureError) as error:
        parse(feature(surface="gravel"), rulebook=rulebook())
    assert error.value.field == "properties.surface"
