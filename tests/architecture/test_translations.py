"""Every text of the interface is there in every language, and none is left over from an older source."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]  # English is the source
SOURCES = ("mapdialog", "layers")
_ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)


def texts_of(catalogue: Path) -> set[str]:
    """The msgids of a .po file that are in use (obsolete ones start with #~)."""
    entries = _ENTRY.findall(catalogue.read_text(encoding="utf-8"))
    return {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', entry)) for entry in entries} - {""}


def catalogue_of(language: str) -> Path:
    return ROOT / "mapdialog" / "locale" / language / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="session")
def in_the_source(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What makemessages finds today, in a copy of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / "mapdialog" / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "--locale", "nb", "--no-location"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    return texts_of(copy / "mapdialog" / "locale" / "nb" / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str, in_the_source: set[str]) -> None:
    assert len(in_the_source) > 300
    known = texts_of(catalogue_of(language))
    assert sorted(in_the_source - known) == []
    assert sorted(known - in_the_source) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_doubtful_or_broken(language: str, tmp_path: Path) -> None:
    answer = subprocess.run(
        ["msgfmt", "--check", "--statistics", "-o", str(tmp_path / "x.mo"), str(catalogue_of(language))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"\d+ translated messages?\.", answer.stderr.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_filled_by_scripts_are_the_same(language: str) -> None:
    """msgfmt checks %(name)s; the {name} that scripts fill in are ours to check."""
    text = catalogue_of(language).read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if "\nmsgstr " in f"\n{block}" and "#~" not in block]
    wrong = []
    for block in blocks:
        source, _, translation = f"\n{block}".partition("\nmsgstr ")
        if set(re.findall(r"\{\w+\}", source)) != set(re.findall(r"\{\w+\}", translation)):
            wrong.append(block)
    assert wrong == []
