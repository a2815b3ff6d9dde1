"""The whole consultation as one file: the same features, valid RFC 7946, whole or visibly broken."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import LineString, Point
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.test import Client

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions import export, feature_sql
from mapdialog.contributions.models import Hit
from mapdialog.dialogue.models import Alternative, Consultation
from mapdialog.opendata.schemas import ContributionExport
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/consultations/grasmyr/export.geojson"


@pytest.fixture
def consultation() -> Consultation:
    boundary = factories.layer(name="committees")
    made = factories.consultation(slug="grasmyr", boundary_layer=boundary, themes=("lys", "vei"))
    plan = factories.layer(name="plan-a", kind="zoning")
    Alternative.objects.create(consultation=made, key="a", layer=plan, name={"nb": "A"})
    committees = factories.areas(of=factories.edition(of=boundary))
    zone = factories.zone(of=factories.edition(of=plan), code="2015")
    pin = factories.contribution(to=made, text='Two\nlines, a "quote", a \\ and a tab\t')
    for ground in ({"area": committees[0]}, {"zone": zone}):
        shape = next(iter(ground.values()))
        Hit.objects.create(contribution=pin, edition=shape.edition, **ground)
    path = factories.contribution(
        to=made,
        geom=LineString((9.705, 59.025), (9.718, 59.025), srid=4326),
        geom_public=Point(9.71, 59.025, srid=4326),
    )
    for committee, share in zip(committees, (0.4, 0.6), strict=True):
        Hit.objects.create(contribution=path, edition=committee.edition, area=committee, share=share)
    factories.contribution(to=made, geom=None, geom_public=None, text="")
    factories.contribution(to=made, state="pending", text="Not read yet", contributor_key="k1")
    return made


def fetched(client: Client) -> Any:
    response = client.get(URL)
    assert response.status_code == 200
    return json.loads(b"".join(response.streaming_content))  # type: ignore[arg-type]


def by_text(body: Any, start: str) -> Any:
    return next(feature for feature in body["features"] if feature["properties"]["text"].startswith(start))


def test_the_file_answers_its_schema(client: Client, consultation: Consultation) -> None:
    body = fetched(client)
    ContributionExport.model_validate(body)
    assert body["consultation"] == "grasmyr"
    assert len(body["features"]) == 3
    pin = by_text(body, "Two")["properties"]
    assert pin["text"] == 'Two\nlines, a "quote", a \\ and a tab\t'
    assert (pin["theme"], pin["theme_name"]) == ("lys", "Lys")
    assert (pin["committee"], pin["committee_name"]) == ("A", "Utvalg A")
    assert pin["zones"] == [{"plan": "plan-a", "version": 1, "code": "2015", "field": "B1"}]
    path = by_text(body, "Her er")
    assert path["properties"]["committee"] == "B", "where most of it lies"
    assert path["geometry"]["type"] == "Point", "the public geometry"
    wordless = next(feature for feature in body["features"] if not feature["properties"]["text"])
    assert (wordless["geometry"], wordless["properties"]["zones"]) == (None, [])


@pytest.mark.parametrize("plans", [2, 3])
def test_the_zones_of_several_plans_come_in_the_order_of_the_plans(client: Client, plans: int) -> None:
    made = factories.consultation(slug="grasmyr")
    pin = factories.contribution(to=made)
    elsewhere = factories.zone(of=factories.edition(of=factories.layer(name="other", kind="zoning")))
    zones = [elsewhere]
    for name in ("plan-c", "plan-a", "plan-b")[:plans]:
        plan = factories.layer(name=name, kind="zoning")
        Alternative.objects.create(consultation=made, key=name, layer=plan, name={"nb": name})
        zones.append(factories.zone(of=factories.edition(of=plan)))
    for zone in zones:
        Hit.objects.create(contribution=pin, edition=zone.edition, zone=zone)
    plan_names = [zone["plan"] for zone in fetched(client)["features"][0]["properties"]["zones"]]
    assert plan_names == (["plan-a", "plan-c"] if plans == 2 else ["plan-a", "plan-b", "plan-c"])


def test_an_empty_consultation_is_a_valid_file(client: Client) -> None:
    factories.consultation(slug="grasmyr")
    assert fetched(client)["features"] == []


def test_no_boundaries_and_no_plans(client: Client) -> None:
    factories.contribution(to=factories.consultation(slug="grasmyr"))
    body = fetched(client)
    ContributionExport.model_validate(body)
    assert (body["features"][0]["properties"]["committee"], body["features"][0]["properties"]["zones"]) == (
        None,
        [],
    )


def test_a_demo_says_so(client: Client, consultation: Consultation) -> None:
    consultation.municipality.is_demo = True
    consultation.municipality.save()
    body = fetched(client)
    assert (body["demo"], body["note"]) == (True, "Oppdiktet demo")


def test_those_who_work_on_it_get_everything(consultation: Consultation) -> None:
    planner = factories.user(role="planner", of=consultation.municipality)
    body = json.loads(b"".join(export.geojson(consultation, reader=planner)))
    assert len(body["features"]) == 4
    waiting = by_text(body, "Not read")["properties"]
    assert (waiting["state"], waiting["channel"]) == ("pending", "web")
    assert by_text(body, "Her er")["geometry"]["type"] == "LineString", "the exact geometry"
    assert set(feature_sql.OFFICIAL) <= set(waiting)
    stranger = factories.user(role="planner", of=factories.municipality())
    assert len(json.loads(b"".join(export.geojson(consultation, reader=stranger)))["features"]) == 3


def test_many_rows_come_in_chunks(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK_BYTES", 100)
    chunks = list(export.geojson(consultation, reader=AnonymousUser()))
    assert len(chunks) > 4
    assert len(json.loads(b"".join(chunks))["features"]) == 3


def test_compressed_when_asked(client: Client, consultation: Consultation) -> None:
    response = client.get(URL, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    body = gzip.decompress(b"".join(response.streaming_content))  # type: ignore[arg-type]
    assert len(json.loads(body)["features"]) == 3


def test_a_failure_never_ends_the_document(
    client: Client, consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK_BYTES", 1)
    chunks = export.geojson(consultation, reader=AnonymousUser())
    received = next(chunks) + next(chunks)
    with pytest.raises(RuntimeError):
        chunks.throw(RuntimeError("the network went away"))
    assert not received.rstrip().endswith(b"]}")
    monkeypatch.setattr(export, "_COPY", "COPY (SELECT 1/0 FROM ({query}) AS q) TO STDOUT")
    response = client.get(URL, headers={"Accept-Encoding": "gzip"})
    with pytest.raises(DatabaseError):
        b"".join(response.streaming_content)  # type: ignore[arg-type]


def test_drafts_and_unknown_parameters(client: Client, consultation: Consultation) -> None:
    assert client.get(URL + "?state=pending").status_code == 400
    Consultation.objects.update(status="draft")
    assert client.get(URL).status_code == 404


def test_the_command_writes_the_file_or_nothing(
    consultation: Consultation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.geojson"
    call_command("export_contributions", "grasmyr", "--format", "geojson", "--out", str(out))
    assert len(json.loads(out.read_text())["features"]) == 3
    before = out.read_bytes()
    monkeypatch.setattr(export, "_COPY", "COPY (SELECT 1/0 FROM ({query}) AS q) TO STDOUT")
    with pytest.raises(DatabaseError):
        call_command("export_contributions", "grasmyr", "--out", str(out))
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out], "no temporary file is left behind"


def test_the_command_refuses_with_a_sentence(consultation: Consultation, tmp_path: Path) -> None:
    out = str(tmp_path / "out.geojson")
    with pytest.raises(CommandError, match="no consultation 'nowhere'"):
        call_command("export_contributions", "nowhere", "--out", out)
    with pytest.raises(CommandError, match="no folder"):
        call_command("export_contributions", "grasmyr", "--out", str(tmp_path / "no" / "out.geojson"))
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("export_contributions", "grasmyr", "--out", out, "--as", "nobody@example.org")


def test_a_planners_export_leaves_a_trace(consultation: Consultation, tmp_path: Path) -> None:
    planner = factories.user(role="planner", of=consultation.municipality)
    out = tmp_path / "out.geojson"
    call_command("export_contributions", "grasmyr", "--out", str(out), "--as", planner.email)
    assert len(json.loads(out.read_text())["features"]) == 4
    assert AuditEntry.objects.get(action="contributions.exported").detail["as"] == planner.audit_name
