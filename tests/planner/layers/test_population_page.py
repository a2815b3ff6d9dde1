"""The page of a layer's population."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from layers.models import LayerEvent, Population
from layers.population import current
from mapdialog.planner.layers import population as page
from tests import factories

pytestmark = pytest.mark.django_db
TABLE = b"kode;0-17;18+;total\nA;1;9;11\nB;2;18;20\n"


@pytest.fixture
def municipality():
    return factories.municipality(code="NO-4012")


@pytest.fixture
def units(municipality):
    edition = factories.edition(of=factories.layer(owner=municipality.code, name="units"))
    factories.areas(of=edition)
    return edition


@pytest.fixture
def planner(client, municipality):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(factories.user(role="planner", of=municipality))
    return client


def address(edition):
    return reverse("planner:layer_population", args=[edition.layer_id])


def import_table(client, edition, content=TABLE, **fields):
    fields = {"source": "SSB", "year": "2025", **fields}
    return client.post(
        address(edition), {**fields, "file": SimpleUploadedFile("ssb.csv", content)}, follow=True
    )


def test_figures_are_attached_shown_and_undone(planner, units):
    answer = import_table(planner, units)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "In 1 of 2 areas the age bands do not add up" in text
    assert "SSB" in text
    assert current.figures_of(units).file_name == "ssb.csv"
    event = LayerEvent.objects.get(layer=units.layer, what="population imported")
    undo = reverse("planner:layer_undo", args=[units.layer_id, event.pk])
    assert undo in text
    planner.post(undo, {"seen": event.pk, "back": "population"})
    assert current.figures_of(units) is None
    undone = LayerEvent.objects.get(layer=units.layer, what="population undone")
    again = reverse("planner:layer_undo", args=[units.layer_id, undone.pk])
    planner.post(again, {"seen": undone.pk, "back": "population"})
    assert current.figures_of(units) is not None


@pytest.mark.parametrize(
    ("content", "fields", "why"),
    [
        (TABLE, {"source": " "}, "Say where"),
        (TABLE, {"year": "25"}, "four digits"),
        (TABLE, {"year": "٢٠٢٥"}, "four digits"),
        (TABLE, {"year": ""}, "Which year"),
        (TABLE, {"code_column": "finnes ikke"}, "no column"),
        (b"kode;total\nX;1\nY;2\n", {}, "None of the columns"),
        (b"\x00\x01\x02", {}, "not a table"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_written(planner, units, content, fields, why):
    answer = import_table(planner, units, content, licence="CC BY 4.0", **fields)
    assert answer.status_code == 409
    assert why in answer.content.decode()
    assert "CC BY 4.0" in answer.content.decode()
    assert not Population.objects.exists()


def test_a_file_too_large_is_refused(planner, units, monkeypatch):
    monkeypatch.setattr(page, "MAX_UPLOAD_BYTES", 10)
    assert import_table(planner, units).status_code == 409
    assert not Population.objects.exists()


def test_a_form_without_a_file_is_refused(planner, units):
    assert planner.post(address(units), {"source": "SSB"}).status_code == 409


def test_units_are_added_up_for_committees(planner, units):
    import_table(planner, units)
    into = factories.edition(of=factories.layer(owner="NO-4012"))
    factories.areas(of=into, n=1)
    figures = current.figures_of(units)
    answer = planner.post(address(into), {"action": "sum", "units": figures.pk}, follow=True)
    assert "Added up from 1 statistical unit." in answer.content.decode()
    assert current.figures_of(into).summed_from == figures
    assert planner.post(address(into), {"action": "sum", "units": "0"}).status_code == 409


def test_only_officials_of_the_municipality(client, units):
    client.force_login(factories.user(role="planner", of=factories.municipality(code="NO-0301")))
    assert client.get(address(units)).status_code == 403
    assert import_table(client, units).status_code == 403
    assert not Population.objects.exists()


def test_other_kinds_have_none(planner):
    plan = factories.edition(of=factories.layer(owner="NO-4012", kind="zoning"))
    assert planner.get(address(plan)).status_code == 404


def test_land_is_said_to_be_unknown_without_water(planner, units):
    import_table(planner, units)
    assert "There is no map layer of sea and lakes here" in planner.get(address(units)).content.decode()
