"""Versions below these have known holes or were never measured; a lock file must not slip under them."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {
    "django": (5, 2, 19),
    "pillow": (13, 0, 0),
    "psycopg": (3, 3, 0),
    "geopandas": (1, 2, 0),
    "pyogrio": (0, 13, 0),
}


def numbers(text):
    version = [int(part) for part in re.findall(r"\d+", text)[:3]]
    return tuple(version + [0] * (3 - len(version)))


@pytest.mark.parametrize("name", FLOORS)
def test_what_is_installed(name):
    assert numbers(version(name)) >= FLOORS[name]


@pytest.mark.parametrize("name", FLOORS)
def test_what_the_project_demands(name):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    demanded = [
        requirement for requirement in project["dependencies"] if re.match(rf"{name}[^a-z-]", requirement)
    ]
    assert len(demanded) == 1
    assert numbers(demanded[0].split(">=")[1].split(",")[0]) >= FLOORS[name]


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
@pytest.mark.parametrize("name", FLOORS)
def test_what_is_locked(name, file):
    locked = re.search(rf"^{name}==(\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert locked is not None
    assert numbers(locked[1]) >= FLOORS[name]
