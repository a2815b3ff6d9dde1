"""CONTRIBUTING's "What to touch" is true: what it names is there, and what it says is enough is enough."""

import re
from pathlib import Path

import pytest

from layers.styles import catalog as styles
from mapdialog.contributions import feature
from mapdialog.contributions.kinds import catalog as kinds
from mapdialog.map_services import choice
from tests.contributions.rulebooks import feature as written
from tests.contributions.rulebooks import rulebook

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("\n## What to touch\n")[2].partition("\n\n")[0]
ROWS = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", TABLE, re.MULTILINE))
del ROWS["to add"]


def paths_in(words: str) -> list[Path]:
    """The files and folders that a row names; of `<country>` and `xx` one that is there."""
    named = [
        name for name in re.findall(r"`([^`]+)`", words) if re.fullmatch(r"[\w./<>-]*[/.][\w./<>-]+", name)
    ]
    return [
        ROOT / name.replace("<country>", "no").replace("/xx/", "/nb/") for name in named if name[0] != "."
    ]


@pytest.mark.parametrize("row", ROWS)
def test_every_place_that_a_row_names_is_there(row: str) -> None:
    paths = paths_in(ROWS[row])
    if row == "a decision":
        paths = [path if path.exists() else ROOT / "docs" / "decisions" / path.name for path in paths]
    assert paths
    assert [path for path in paths if not path.exists()] == []
    files = "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
    names = re.findall(r"`(_?[A-Z][A-Z_]{3,})`", ROWS[row])
    assert [name for name in names if not re.search(rf"\b{name}\b", files)] == []


def test_a_kind_of_contribution_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in kinds.FOLDER.iterdir():
        if path.suffix in {".toml", ".csv"}:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "idea.toml").write_text('name = "idea"\nalso = ["forslag"]\n[fields]\nfeeling = "required"\n')
    idea = written(kind="idea", feeling=3)
    try:
        with monkeypatch.context() as added:
            added.setattr(kinds, "FOLDER", tmp_path)
            kinds.kinds.cache_clear()
            draft = feature.parse(idea, rulebook=rulebook())
            assert (draft.kind.name, draft.details) == ("idea", {"feeling": 3})
            assert kinds.kind_called("forslag") == draft.kind
            with pytest.raises(feature.FeatureError) as missing:
                feature.parse(written(kind="idea"), rulebook=rulebook())
            assert missing.value.field == "properties.feeling"
    finally:
        kinds.kinds.cache_clear()
    with pytest.raises(feature.FeatureError):
        feature.parse(idea, rulebook=rulebook())


def test_a_plan_code_list_is_a_table_and_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (styles.FOLDER / "se" / "detaljplan.csv").read_text(encoding="utf-8").partition("\n")[0]
    cells = {"code": "A1", "label_fi": "", "label_en": "Housing", "label_sv": "Bostäder", "fill": "#ffd700"}
    (tmp_path / "fi").mkdir()
    line = ",".join(cells.get(column, "") for column in columns.split(","))
    (tmp_path / "fi" / "asemakaava.csv").write_text(f"{columns}\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(styles, "FOLDER", tmp_path)
    monkeypatch.setattr(styles, "LISTS", {**styles.LISTS, "fi_asemakaava": ("fi/asemakaava.csv",)})
    style = styles.style_for("fi_asemakaava", code="A1")
    assert (style.label("sv"), style.fill, style.known) == ("Bostäder", "#ffd700", True)
    assert "fi_asemakaava" in styles.list_names()


def test_a_map_of_another_server_is_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = """
[maastokartta]
kind = "wmts"
url = "https://map.example.org/{z}/{y}/{x}.png"
credit = "Example"
licence = "CC BY 4.0"
max_zoom = 18
[maastokartta.titles]
nb = "Kart"
nn = "Kart"
sv = "Karta"
da = "Kort"
en = "Map"
"""
    listed = tmp_path / "services.toml"
    listed.write_text(choice.LISTED.read_text(encoding="utf-8") + entry, encoding="utf-8")
    monkeypatch.setattr(choice, "LISTED", listed)
    monkeypatch.setenv("MAPDIALOG_BASE_MAP", "maastokartta")
    base = choice.from_environment().base
    assert base
    assert base.origin == "https://map.example.org"
