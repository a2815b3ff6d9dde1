"""Consultation files: strict, all or nothing, and the same file twice changes nothing."""

import datetime as dt
import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from layers.toml_file import TomlFileError
from mapdialog.audit.models import AuditEntry
from mapdialog.dialogue import consultation_file
from mapdialog.dialogue.actions import ConsultationError, save_consultation
from mapdialog.dialogue.dates import DateError, When
from mapdialog.dialogue.models import Consultation, DataVersion
from mapdialog.people import municipality_file
from mapdialog.people.models import Municipality
from tests import factories

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LONG_NAME = "A" * 101
OSLO = ZoneInfo("Europe/Oslo")
FULL = """
slug = "grasmyr"
municipality = "NO-4012"
status = "published"
opens = "-38d"
closes = "next friday 23:59"
boundary_set = "committees"
languages = ["nb", "en"]
grace_hours = 48
[title]
nb = "Grasmyr"
en = "Grasmyr in English"
[area]
bbox = [9.6, 58.9, 9.9, 59.1]
[[alternatives]]
key = "a"
layer = "plan-a"
name = {nb = "Alternativ A"}
[[themes]]
key = "path"
icon = "walk"
shared_code = "walking"
name = {nb = "Gangvei", en = "Paths"}
[[themes]]
key = "green"
name = {nb = "Grønt"}
[[questions]]
key = "feeling"
kind = "scale"
text = {nb = "Hvordan er det her?"}
options = [{value = 1, label = {nb = "utrygt"}}, {value = 2, label = {nb = "trygt"}}]
[[target_groups]]
key = "youth"
affected = "high"
active = "low"
name = {nb = "Ungdom"}
[[indicators]]
key = "reach"
target = "30 %"
name = {nb = "Andel"}
[[documents]]
type = "PLANBEST"
url = "https://example.org/plan.pdf"
title = {nb = "Bestemmelser"}
[[rounds]]
number = 1
opens = "-38d"
closes = "+3d"
name = {nb = "Første"}
"""


@pytest.fixture
def ready(db: None) -> None:
    factories.municipality(code="NO-4012")
    factories.edition(of=factories.layer(name="committees"))
    factories.edition(of=factories.layer(name="plan-a", kind="zoning"))


def written(folder: Path, text: str) -> Path:
    file = folder / "grasmyr.toml"
    file.write_text(text, encoding="utf-8")
    return file


def load(folder: Path, text: str, *, at: dt.datetime = NOW) -> Consultation:
    return save_consultation(consultation_file.read(written(folder, text)), at=at, by="test").consultation


@pytest.mark.usefixtures("ready")
def test_every_key_lands_in_its_table(tmp_path: Path) -> None:
    consultation = load(tmp_path, FULL)
    consultation.refresh_from_db()
    assert consultation.grace == dt.timedelta(hours=48)
    assert consultation.area is not None
    assert consultation.area.extent == (9.6, 58.9, 9.9, 59.1)
    assert consultation.boundary_layer is not None
    assert consultation.boundary_layer.name == "committees"
    # Monday 2 March 2026, Norwegian time
    assert consultation.opens_at == dt.datetime(2026, 1, 23, tzinfo=OSLO)
    assert consultation.closes_at == dt.datetime(2026, 3, 6, 23, 59, tzinfo=OSLO)
    assert [theme.key for theme in consultation.themes.all()] == ["path", "green"]
    assert consultation.questions.get().options[0] == {"value": "1", "label": {"nb": "utrygt"}}
    assert consultation.target_groups.get().affected_much
    assert not consultation.target_groups.get().active_much
    assert consultation.indicators.get().target == "30 %"
    assert consultation.documents.get().url == "https://example.org/plan.pdf"
    assert consultation.rounds.get().closes_at == dt.datetime(2026, 3, 5, tzinfo=OSLO)
    assert consultation.alternatives.get().layer.name == "plan-a"


@pytest.mark.usefixtures("ready")
def test_a_second_load_changes_nothing_and_keeps_relative_dates(tmp_path: Path) -> None:
    first = load(tmp_path, FULL)
    again = load(tmp_path, FULL, at=NOW + dt.timedelta(days=20))
    assert again.pk == first.pk
    assert again.opens_at == first.opens_at
    assert again.closes_at == first.closes_at
    assert AuditEntry.objects.filter(action__startswith="consultation").count() == 1
    assert DataVersion.objects.get(consultation=first).number == 1


@pytest.mark.usefixtures("ready")
def test_a_changed_file_updates_by_key_and_raises_the_data_version(tmp_path: Path) -> None:
    first = load(tmp_path, FULL)
    again = load(
        tmp_path, FULL.replace("Grønt", "Grønt og lek").replace('closes = "next', 'closes = "2026-04-01" #')
    )
    assert again.themes.get(key="green").name == {"nb": "Grønt og lek"}
    assert again.themes.get(key="green").pk == first.themes.get(key="green").pk
    assert again.closes_at == dt.datetime(2026, 4, 1, tzinfo=OSLO)
    assert DataVersion.objects.get(consultation=first).number == 2


@pytest.mark.usefixtures("ready")
def test_what_is_in_use_is_kept_and_reported(tmp_path: Path) -> None:
    consultation = load(tmp_path, FULL)
    factories.contribution(to=consultation, theme=consultation.themes.get(key="green"))
    shorter = FULL.replace('[[themes]]\nkey = "green"\nname = {nb = "Grønt"}\n', "")
    shorter = shorter.replace('[[indicators]]\nkey = "reach"\ntarget = "30 %"\nname = {nb = "Andel"}\n', "")
    saved = save_consultation(consultation_file.read(written(tmp_path, shorter)), at=NOW, by="test")
    assert saved.in_use == ["themes.green"]
    assert {theme.key for theme in consultation.themes.all()} == {"path", "green"}
    assert not consultation.indicators.exists()


@pytest.mark.usefixtures("ready")
def test_questions_stay_once_it_has_opened(tmp_path: Path) -> None:
    consultation = load(tmp_path, FULL)
    start = FULL.index("[[questions]]")
    shorter = FULL[:start] + FULL[FULL.index("[[target_groups]]") :]
    saved = save_consultation(consultation_file.read(written(tmp_path, shorter)), at=NOW, by="test")
    assert saved.in_use == ["questions.feeling"]
    assert consultation.questions.exists()


@pytest.mark.usefixtures("ready")
def test_all_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConsultationError, match=r"alternatives\.a\.layer.*plan-x.*import_layer"):
        load(tmp_path, FULL.replace("plan-a", "plan-x"))
    assert not Consultation.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("ready")
def test_anothers_slug_is_refused(tmp_path: Path) -> None:
    load(tmp_path, FULL)
    factories.municipality(code="NO-3001", name="Halden")
    factories.layer(owner="NO-3001")
    factories.layer(owner="NO-3001", name="plan-a")
    with pytest.raises(ConsultationError, match="another municipality"):
        load(tmp_path, FULL.replace("NO-4012", "NO-3001"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("grace_hours", "grace_hour"), r"grasmyr\.toml: “grace_hour” .* “grace_hours”"),
        (("icon =", "icn ="), r"“themes\[1\]\.icn” .* “icon”"),
        (('slug = "grasmyr"', 'slug = "Gras myr"'), "“slug”"),
        (('status = "published"', 'status = "open"'), "use one of draft, published"),
        (("bbox = [9.6, 58.9, 9.9, 59.1]", "bbox = [1]"), "must be a list of 4 numbers"),
        (('key = "green"', 'key = "path"'), "for the second time"),
        (("options = [{value = 1", "options = [{valu = 1"), "“questions"),
        (('nb = "Grasmyr"', '"no nb" = "Grasmyr"'), "language tag"),
        (('affected = "high"', 'affected = "very"'), "use one of high, low"),
        (("grace_hours = 48", 'grace_hours = "48"'), "whole number"),
        (("[title]", "[title"), "is not TOML"),
        (('url = "https://example.org/plan.pdf"', 'url = "javascript:alert(1)"'), "starts with https://"),
        (('url = "https://example.org/plan.pdf"', 'file = "plan.pdf"'), "not beside"),
    ],
)
def test_mistakes_name_the_file_and_the_key(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in FULL
    with pytest.raises(TomlFileError, match=message) as caught:
        consultation_file.read(written(tmp_path, FULL.replace(*change, 1)))
    assert "grasmyr.toml" in str(caught.value)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('closes = "next friday 23:59"', 'closes = "next friday"\n#'), None),
        (('closes = "next friday 23:59"', 'closes = "soon"'), "“closes” is 'soon'"),
        (('closes = "next friday 23:59"', 'closes = "-40d"'), "is not after"),
        (("bbox = [9.6, 58.9, 9.9, 59.1]", "bbox = [9.9, 58.9, 9.6, 59.1]"), "west, south, east, north"),
        (("bbox = [9.6, 58.9, 9.9, 59.1]", 'layer = "committees"'), "holds no polygons"),
        (('boundary_set = "committees"', 'boundary_set = "wards"'), "import_layer"),
        (('icon = "walk"', 'icon = "not an icon"'), r"themes\.path\.icon"),
    ],
)
def test_what_cannot_be_carried_out_says_why(
    tmp_path: Path, change: tuple[str, str], message: str | None
) -> None:
    assert change[0] in FULL
    if message is None:
        load(tmp_path, FULL.replace(*change, 1))
        return
    with pytest.raises(ConsultationError, match=message):
        load(tmp_path, FULL.replace(*change, 1))


@pytest.mark.usefixtures("ready")
def test_the_area_of_a_layer_is_the_union_of_its_polygons(tmp_path: Path) -> None:
    factories.areas(of=factories.edition(of=factories.layer(name="halves")), n=2)
    consultation = load(tmp_path, FULL.replace("bbox = [9.6, 58.9, 9.9, 59.1]", 'layer = "halves"'))
    assert consultation.area is not None
    assert len(consultation.area) == 1
    assert consultation.area.extent == pytest.approx((9.70, 59.02, 9.72, 59.03))


@pytest.mark.usefixtures("ready")
def test_the_area_of_a_geojson_file(tmp_path: Path) -> None:
    ring = [[9, 59], [10, 59], [10, 60], [9, 60], [9, 59]]
    square = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "area.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [square]}))
    text = FULL.replace("bbox = [9.6, 58.9, 9.9, 59.1]", 'geojson = "area.geojson"')
    assert load(tmp_path, text).area.area == pytest.approx(1.0)
    bowtie = [[9, 59], [10, 60], [10, 59], [9, 60], [9, 59]]
    (tmp_path / "area.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [bowtie]}))
    with pytest.raises(ConsultationError, match="not valid"):
        load(tmp_path, text)
    (tmp_path / "area.geojson").write_text('{"type": "Polygon", "coordinates": [[[9, "x"], 3]]}')
    with pytest.raises(ConsultationError, match="is not a GeoJSON"):
        load(tmp_path, text)


@pytest.mark.usefixtures("ready")
def test_a_document_file_is_stored_once(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7")
    text = FULL.replace('url = "https://example.org/plan.pdf"', 'file = "plan.pdf"')
    load(tmp_path, text)
    consultation = load(tmp_path, text)
    assert len(list((tmp_path / "media" / "documents").iterdir())) == 1
    with consultation.documents.get().file.open() as stored:
        assert stored.read() == b"%PDF-1.7"


@pytest.mark.usefixtures("ready")
def test_an_area_that_is_not_there_is_named(tmp_path: Path) -> None:
    text = FULL.replace("bbox = [9.6, 58.9, 9.9, 59.1]", 'geojson = "missing.geojson"')
    with pytest.raises(TomlFileError, match=r"missing\.geojson.*not beside"):
        load(tmp_path, text)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("kind", ["above", "absolute", "a link that leads out", "a folder"])
def test_a_document_from_elsewhere_is_not_published(tmp_path: Path, settings: object, kind: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    folder = tmp_path / "hearing"
    (folder / "papers").mkdir(parents=True)
    secret = tmp_path / "secret.txt"
    secret.write_text("a password")
    (folder / "link.txt").symlink_to(secret)
    named = {"above": "../secret.txt", "absolute": str(secret), "a folder": "papers"}
    text = FULL.replace('url = "https://example.org/plan.pdf"', f'file = "{named.get(kind, "link.txt")}"')
    with pytest.raises(TomlFileError, match="not beside"):
        load(folder, text)
    assert not (tmp_path / "media").exists()


def test_the_municipality_may_be_in_the_same_file(tmp_path: Path, db: None) -> None:
    text = 'slug = "s"\nopens = 2026-01-01T00:00:00Z\ntitle = "Noe"\n'
    text += '[municipality]\ncode = "SE-0180"\nname = "Stockholm"\n'
    consultation = load(tmp_path, text)
    assert consultation.municipality.time_zone == "Europe/Stockholm"
    assert consultation.municipality.metric_srid == 3006
    assert consultation.title == {"nb": "Noe"}
    assert consultation.closes_at is None
    assert consultation.status == "draft"


@pytest.mark.parametrize("srid", [4326, 3857])
def test_a_municipality_is_measured_in_true_metres(tmp_path: Path, db: None, srid: int) -> None:
    text = 'slug = "s"\nopens = 2026-01-01T00:00:00Z\ntitle = "Noe"\n'
    text += f'[municipality]\ncode = "SE-0180"\nname = "Stockholm"\nmetric_srid = {srid}\n'
    with pytest.raises(TomlFileError, match="not in true metres"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('municipality = "NO-4012"', "“municipality” must be a table, [municipality]."),
        ("[[municipality]]", "“municipality” must be a table, [municipality]."),
        ('code = "NO-4012"\nname = "A"\ncountry = ["NO"]', "“country” must be a text in quotes."),
        ('code = "NO-4012"\nname = "A"\ncountry = "Norge"', "“country” is 'Norge'; write its two letters"),
        ('code = "NO-4012"\nname = " "', "“name” must be the municipality's name"),
        (f'code = "NO-4012"\nname = "{LONG_NAME}"', "“name” must be the municipality's name"),
        ('code = "NO-4012"\nname = "A"\nlanguages = ""', "“languages” must be a list of texts in quotes."),
        ('code = "NO-4012"\nname = "A"\nlanguages = {}', "“languages” must be a list of texts in quotes."),
    ],
)
def test_what_is_no_municipality_says_why(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TomlFileError, match=re.escape(sentence)):
        municipality_file.read(written(tmp_path, text))


def test_the_commands_say_what_they_did(tmp_path: Path, db: None, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "place.toml").write_text('code = "NO-4012"\nname = "Bamble"\n')
    call_command("create_municipality", str(tmp_path / "place.toml"))
    assert Municipality.objects.get().languages == ["nb", "nn", "en"]
    file = written(tmp_path, 'slug = "s"\nmunicipality = "NO-4012"\nopens = "-1d"\ntitle = {nb = "Noe"}\n')
    call_command("create_consultation", str(file))
    assert "s: made" in capsys.readouterr().out
    call_command("create_consultation", str(file))
    assert "s: unchanged" in capsys.readouterr().out
    with pytest.raises(CommandError, match="names the layer 'lakes'"):
        call_command("create_consultation", str(file), "--base-layer", "lakes")
    file.write_text(file.read_text().replace("NO-4012", "NO-9999"))
    with pytest.raises(CommandError, match="create_municipality"):
        call_command("create_consultation", str(file))
    with pytest.raises(CommandError, match=r"place\.toml: “municipality”|is missing|not a known key"):
        call_command("create_consultation", str(tmp_path / "place.toml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-38d", dt.datetime(2026, 1, 23, tzinfo=OSLO)),
        ("+14d 12:30", dt.datetime(2026, 3, 16, 12, 30, tzinfo=OSLO)),
        ("0d", dt.datetime(2026, 3, 2, tzinfo=OSLO)),
        ("next monday 08:00", dt.datetime(2026, 3, 9, 8, tzinfo=OSLO)),
        ("next friday 23.59", dt.datetime(2026, 3, 6, 23, 59, tzinfo=OSLO)),
        ("2026-06-01T12:00", dt.datetime(2026, 6, 1, 12, tzinfo=OSLO)),
        ("2026-06-01T12:00:00Z", dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)),
    ],
)
def test_dates(text: str, expected: dt.datetime) -> None:
    assert When(text).resolve(at=NOW, zone=OSLO) == expected


def test_clock_times_follow_summer_time() -> None:
    # 29 March 2026: clocks go forward; midnight stays midnight
    assert When("+30d").resolve(at=NOW, zone=OSLO).utcoffset() == dt.timedelta(hours=2)


@pytest.mark.parametrize("text", ["soon", "next fryday", "38", "٣d", ""])
def test_no_date(text: str) -> None:
    with pytest.raises(DateError):
        When(text).resolve(at=NOW, zone=OSLO)
