"""The demo: a small one of our own making here; the real one is loaded by the browser test of ./run demo."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from layers.models import Edition, Population
from layers.toml_file import TomlFileError
from mapdialog.contributions.models import Contribution
from mapdialog.demo import demo_file, loading
from mapdialog.dialogue.models import Consultation
from mapdialog.environment import Mode
from mapdialog.hotspots.models import Run
from mapdialog.people.models import User

pytestmark = pytest.mark.django_db
DEMO = """
[[municipalities]]
file = "place.toml"
[[layers]]
file = "areas.geojson"
kind = "boundary"
name = "committees"
owner = "NO-4012"
crs = "EPSG:4326"
valid_from = "2020-01-01"
code_field = "code"
title = {nb = "Utvalg"}
[[layers]]
file = "areas_2.geojson"
kind = "boundary"
name = "committees"
owner = "NO-4012"
crs = "EPSG:4326"
valid_from = "next new year"
replace = true
code_field = "code"
[[population]]
file = "people.csv"
owner = "NO-4012"
name = "committees"
year = 2025
source = "SSB"
[[consultations]]
file = "hearing.toml"
base_layers = ["committees"]
[[contributions]]
file = "said.csv"
consultation = "hearing"
hold = ["B2"]
skip = ["B3"]
[contributions.map]
source_id = "id"
lon = "lon"
lat = "lat"
text = "text"
day_offset = "day"
[[users]]
email = "moderator@demo.example"
name = "M"
memberships = [{municipality = "NO-4012", role = "moderator"}]
[[hotspots]]
consultation = "hearing"
"""


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    def square(west: float, code: str) -> dict[str, Any]:
        ring = [[west, 59], [west + 0.5, 59], [west + 0.5, 60], [west, 60], [west, 59]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}

    for name, codes in (("areas.geojson", "AB"), ("areas_2.geojson", "CD")):
        features = [square(9 + 0.5 * i, code) for i, code in enumerate(codes)]
        (tmp_path / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    (tmp_path / "people.csv").write_text("kode;total\nA;10\nB;20\n")
    (tmp_path / "place.toml").write_text('code = "NO-4012"\nname = "Bamble"\ndemo = true\n')
    (tmp_path / "hearing.toml").write_text(
        'slug = "hearing"\nmunicipality = "NO-4012"\nstatus = "published"\nopens = "-10d"\n'
        'title = {nb = "Høring"}\nboundary_set = "committees"\n'
    )
    rows = [["id", "lon", "lat", "text", "day"]]
    rows += [[f"B{i}", "9.25", "59.5", f"Linje én\nlinje {i}", "2"] for i in range(1, 6)]
    rows.append(["B9", "9.25", "59.5", "Skrevet i overmorgen", "12"])
    with (tmp_path / "said.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    (tmp_path / "demo.toml").write_text(DEMO)
    return tmp_path / "demo.toml"


def load(demo: Path) -> str:
    output = io.StringIO()
    call_command("load_demo", "--file", str(demo), stdout=output)
    return output.getvalue()


def test_all_of_it_is_loaded_and_a_second_run_adds_nothing(demo: Path) -> None:
    first = load(demo)
    assert "layer NO-4012 committees (areas.geojson)" in first
    states = dict(Contribution.objects.values_list("source_id", "state"))
    assert states == {"B1": "published", "B2": "pending", "B4": "published", "B5": "published"}
    assert Edition.objects.count() == 2
    assert Run.objects.count() == 1
    assert Population.objects.get().report["total"] == 30
    second = load(demo)
    assert "population of" not in second
    assert "layer" not in second
    assert "contributions to" not in second
    assert "hearing: unchanged" in second
    # the demo's base map, where the consultation's file has none
    assert [layer.name for layer in Consultation.objects.get().base_layers.all()] == ["committees"]
    assert (Contribution.objects.count(), Edition.objects.count(), Run.objects.count()) == (4, 2, 1)
    sign_ins = [text[text.index("Sign-ins") :] for text in (first, second)]
    assert sign_ins[0] == sign_ins[1]


def test_what_looks_wrong_is_held_back_and_told(demo: Path) -> None:
    """As nine comments on Washington that lie in Regensburg are."""
    with (demo.parent / "said.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerow(["B7", "12.0987", "49.0148", "I Regensburg", "2"])
    output = load(demo)
    assert "(B7): held back: Lies outside the area" in output
    assert Contribution.objects.get(source_id="B7").state == "pending"


def test_the_printed_sign_in_works(demo: Path, client: Client) -> None:
    line = next(line for line in load(demo).splitlines() if "moderator@demo.example" in line)
    email, password = line.split()[:2]
    assert client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
    # a new secret key means new passwords: the next run sets them
    user = User.objects.get(email=email)
    user.set_password("something else")
    user.save()
    load(demo)
    user.refresh_from_db()
    assert user.check_password(password)


def test_never_in_production(demo: Path, settings: Any) -> None:
    settings.MODE = Mode.PRODUCTION
    with pytest.raises(CommandError, match="never loaded in production"):
        load(demo)
    assert not User.objects.exists()


def test_a_mistake_in_the_file_is_named(demo: Path) -> None:
    demo.write_text(DEMO.replace("skip =", "skipp ="))
    with pytest.raises(CommandError, match=r"“contributions\[1\]\.skipp” .* “skip”"):
        load(demo)
    demo.write_text(DEMO.replace("said.csv", "unsaid.csv"))
    with pytest.raises(CommandError, match=r"unsaid\.csv"):
        load(demo)


def test_the_real_demo_file_is_in_order() -> None:
    read = demo_file.read(loading.fixture("demo.toml"), at=dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC))
    assert dt.date(2027, 1, 1) in {layer.valid_from for layer in read.layers}
    assert [hotspots.consultation for hotspots in read.hotspots] == [
        "grasmyr",
        "trygt-i-langesund",
        "vision-zero",
    ]
    with pytest.raises(TomlFileError):
        demo_file.read(Path("missing.toml"), at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_passwords_belong_to_the_installation(settings: Any) -> None:
    first = loading.password_for("a@demo.example")
    assert first == loading.password_for("a@demo.example")
    assert first != loading.password_for("b@demo.example")
    settings.SECRET_KEY = "another installation"
    assert first != loading.password_for("a@demo.example")
