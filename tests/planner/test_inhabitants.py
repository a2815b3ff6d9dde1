"""Comments per 1,000 inhabitants in the planner's table by committee."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from layers.models import Feature
from layers.population import attaching
from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.run import boundaries, calculate
from mapdialog.planner.summary import area_rows
from tests import factories
from tests.factories import NOON, middle, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Three contributions in A and one in B."""
    municipality = factories.municipality(code="NO-4012")
    layer = factories.layer(owner=municipality.code)
    factories.areas(of=factories.edition(of=layer))
    consultation = factories.consultation(municipality=municipality, boundary_layer=layer)
    for i in (0, 0, 0, 1):
        factories.contribution(to=consultation, at=middle(i))
    on = NOON.date()
    parameters = HotspotParameters(metric_srid=25832)
    outcome = calculate(
        consultation, at=NOON, on=on, boundary=boundaries(consultation, on=on), parameters=parameters
    )
    return outcome.run


def attach(run: Run, folder: Path, text: str, *, at: dt.datetime = NOON) -> None:
    path = folder / "p.csv"
    path.write_text(text, encoding="utf-8")
    assert run.boundary_edition is not None
    attaching.load(path, edition=run.boundary_edition, year=2025, source="SSB", at=at)


def board(run: Run) -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(factories.user(role="planner", of=run.consultation.municipality))
    return client.get(reverse("planner:consultation", args=[run.consultation.slug])).content.decode()


def test_a_rate_is_of_the_committees_own_people(run: Run, tmp_path: Path) -> None:
    attach(run, tmp_path, "kode;total\nA;1500\nB;99\n")
    rows = {row.code: row for row in area_rows(run, language="en")}
    assert rows["A"].per_thousand == pytest.approx(2)
    assert (rows["B"].inhabitants, rows["B"].per_thousand) == (99, None)
    assert (rows[None].inhabitants, rows[None].per_thousand) == (None, None)


def test_a_number_that_is_unknown_gives_no_rate(run: Run, tmp_path: Path) -> None:
    attach(run, tmp_path, "kode;total\nA;:\nB;200\n")
    rows = {row.code: row for row in area_rows(run, language="en")}
    assert rows["A"].per_thousand is None
    assert rows["B"].per_thousand == pytest.approx(5)


def test_the_page_says_of_how_many_which_year_and_whose_figures(run: Run, tmp_path: Path) -> None:
    assert "per 1,000 inhabitants" not in board(run)
    attach(run, tmp_path, "kode;total\nA;1500\nB;200\n")
    page = board(run)
    assert "per 1,000 inhabitants" in page
    assert "Inhabitants: 2025, SSB." in page
    assert "of 1,500" in page


def test_density_of_the_whole_area_is_called_so(run: Run) -> None:
    assert "There is no map layer of sea and lakes here" in board(run)
    sea = factories.edition(of=factories.layer(kind="water"))
    Feature.objects.create(edition=sea, geom=square(1))
    assert "There is no map layer of sea and lakes here" not in board(run)
