"""The listed map services, a municipality's own, and what is said when they cannot be used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from layers.toml_file import TomlFileError
from mapdialog.map_services.choice import LISTED, MapChoice, Mode, from_environment
from mapdialog.map_services.service import Key, Role
from mapdialog.map_services.services_file import read as services

ENTRY = """
[mitt-kart]
kind = "xyz"
url = "https://maps.example.org/{z}/{x}/{y}.png"
credit = "© Eksempel"
licence = "CC0"
max_zoom = 17
titles = "Vårt kart"
"""


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_MAP", "MAP_MODE", "OVERLAYS", "OVERLAYS_SHOWN", "MAP_SERVICES", "MAP_PRIVATE_HOSTS"):
        monkeypatch.delenv(f"MAPDIALOG_{name}", raising=False)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch):
    """What the variables, given without MAPDIALOG_, make of it."""

    def choose(**variables: object) -> MapChoice:
        for name, value in variables.items():
            monkeypatch.setenv(f"MAPDIALOG_{name}", str(value))
        return from_environment()

    return choose


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "kart.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_listed_services_can_be_read_credited_and_asked() -> None:
    listed = services(LISTED)
    assert len(listed) > 15
    for service in listed.values():
        assert set(service.titles) == {"nb", "nn", "sv", "da", "en"}
        assert service.credit
        assert service.licence
        address = service.with_key("nokkel").address(z=14, x=8633, y=4804)
        assert address.startswith("https://")
        assert "{" not in address


def test_every_level_of_the_plans_is_a_service_of_its_own() -> None:
    third = services(LISTED)["dibk-plans-3"]
    assert "LAYERS=arealformal_vn3,rpomrade_vn3&" in third.template
    assert third.titles["nb"] == "Reguleringsplaner, vertikalnivå 3"
    assert third.roles == {Role.OVERLAY}


def test_kartverkets_addresses_have_the_row_before_the_column() -> None:
    address = services(LISTED)["kartverket-topo"].address(z=14, x=8633, y=4804)
    assert address.endswith("/topo/default/webmercator/14/4804/8633.png")


def test_a_wms_is_asked_in_web_mercator() -> None:
    address = services(LISTED)["dibk-planning-started"].address(z=14, x=8633, y=4804)
    for part in (
        "VERSION=1.3.0", "CRS=EPSG:3857", "WIDTH=256&HEIGHT=256", "TRANSPARENT=TRUE", "LAYERS=planomrade_v",
    ):  # fmt: skip
        assert part in address


def test_nothing_said_is_the_municipalitys_own_layers(chosen) -> None:
    choice = chosen()
    assert choice == MapChoice()
    assert choice.origins == []


def test_a_base_map_and_overlays_are_chosen_by_name(chosen) -> None:
    choice = chosen(BASE_MAP="kartverket-grey", OVERLAYS="dibk-plans-2, dibk-planning-started")
    assert choice.base.name == "kartverket-grey"
    assert [service.name for service in choice.overlays] == ["dibk-plans-2", "dibk-planning-started"]
    assert choice.origins == [
        "https://cache.kartverket.no",
        "https://nap.ft.dibk.no",
        "https://plandata.ft.dibk.no",
    ]
    assert choice.proxied("kartverket-grey") is None


def test_through_us_browsers_ask_nobody_else(chosen) -> None:
    choice = chosen(BASE_MAP="kartverket-grey", OVERLAYS="dibk-plans-2", MAP_MODE="proxy")
    assert choice.origins == []
    assert choice.proxied("dibk-plans-2").name == "dibk-plans-2"
    assert choice.proxied("dibk-plans-1") is None


def test_no_map_at_all_can_be_chosen(chosen) -> None:
    assert chosen(BASE_MAP="none").is_blank


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"BASE_MAP": "google"},
            r"MAPDIALOG_BASE_MAP names 'google'. Choose among: own, none, kartverket-topo",
        ),
        ({"BASE_MAP": "dibk-plans-2"}, "Choose among: own, none"),
        ({"OVERLAYS": "kartverket-topo"}, "Choose among: dibk-planning-started, dibk-plans-1"),
        ({"MAP_MODE": "both"}, "use one of direct, proxy"),
        ({"OVERLAYS_SHOWN": "dibk-plans-2"}, "dibk-plans-2, not in MAPDIALOG_OVERLAYS"),
        ({"BASE_MAP": "lantmateriet-topo"}, "set MAPDIALOG_MAP_MODE=proxy"),
        (
            {"BASE_MAP": "lantmateriet-topo", "MAP_MODE": "proxy"},
            "Set the environment variable MAPDIALOG_MAP_KEY_LANTMATERIET_TOPO",
        ),
        ({"BASE_MAP": "dataforsyningen-topo"}, "MAPDIALOG_MAP_KEY_DATAFORSYNINGEN_TOPO"),
        (
            {"BASE_MAP": "dataforsyningen-topo", "MAP_KEY_DATAFORSYNINGEN_TOPO": "a\r\nb"},
            "characters that no address or header may",
        ),
        ({"MAP_SERVICES": "no-such-file.toml"}, "no-such-file.toml: cannot be read"),
    ],
)
def test_what_cannot_be_used_stops_the_start_with_a_sentence(chosen, variables, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as caught:
        chosen(**variables)
    assert "\r" not in str(caught.value)


def test_a_key_goes_with_the_service_it_is_for(chosen) -> None:
    choice = chosen(
        BASE_MAP="lantmateriet-topo", MAP_MODE="proxy", MAP_KEY_LANTMATERIET_TOPO="Basic aGVtbWVsaWc="
    )
    assert (choice.base.key_use, choice.base.key_header) == (Key.SECRET, "Authorization")
    assert choice.base.key == "Basic aGVtbWVsaWc="
    assert "Basic" not in repr(choice)


def test_a_public_token_is_given_to_browsers(chosen) -> None:
    choice = chosen(BASE_MAP="dataforsyningen-topo", MAP_KEY_DATAFORSYNINGEN_TOPO="0123")
    assert choice.mode is Mode.DIRECT
    assert "?token=0123&SERVICE=WMS" in choice.base.browser_template()


def test_a_municipality_adds_its_own_and_replaces_a_listed_one(chosen, file) -> None:
    again = ENTRY.replace("mitt-kart", "kartverket-topo")
    path = file(ENTRY + again.replace("maps.example.org", "newer.example.org"))
    assert chosen(MAP_SERVICES=path, BASE_MAP="mitt-kart").base.titles == {"nb": "Vårt kart"}
    assert chosen(BASE_MAP="kartverket-topo").base.origin == "https://newer.example.org"


def test_a_wmts_without_finished_addresses_is_asked_by_its_parameters(file) -> None:
    text = ENTRY.replace('"xyz"', '"wmts"').replace("/{z}/{x}/{y}.png", "/wmts?map=a")
    path = file(text + 'layers = ["topo"]\nmatrix_set = "EPSG:3857"\nmatrix = "EPSG:3857:{z}"\n')
    address = services(path)["mitt-kart"].address(z=3, x=4, y=2)
    assert address.startswith(
        "https://maps.example.org/wmts?map=a&SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile"
    )
    assert address.endswith("&TILEMATRIXSET=EPSG:3857&TILEMATRIX=EPSG:3857:3&TILEROW=2&TILECOL=4")


def test_an_older_wms_calls_the_system_srs(file) -> None:
    text = ENTRY.replace('"xyz"', '"wms"').replace("/{z}/{x}/{y}.png", "/wms")
    path = file(text + 'layers = ["a b", "c&d"]\nversion = "1.1.1"\nformat = "image/jpeg"\n')
    template = services(path)["mitt-kart"].template
    assert "&SRS=EPSG:3857&" in template
    assert "LAYERS=a%20b,c%26d&" in template
    assert "FORMAT=image/jpeg" in template


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "xyz"', 'kind = "tms"', "use one of xyz, wmts, wms"),
        ('kind = "xyz"', 'knd = "xyz"', "kind” is missing"),
        ("max_zoom = 17", "max_zom = 17", "max_zoom” is missing"),
        ("max_zoom = 17", "max_zom = 17", "Did you mean “max_zoom”"),
        ("max_zoom = 17", 'max_zoom = 17\nstyles = ["a"]', "styles” is not a known key"),
        ("max_zoom = 17", "max_zoom = 17\nmin_zom = 3", "Did you mean “min_zoom”"),
        ("max_zoom = 17", "max_zoom = 17\nmin_zoom = 18", "max_zoom” must be no less than “min_zoom”"),
        ("https://", "http://", "must start with https://"),
        ("https://", "file://", "must start with https://"),
        ("https://maps", "https://user:word@maps", "neither user name"),
        ("https://maps.example.org", "https://{z}.example.org", "whole address"),
        ("https://maps.example.org", "", "whole address"),
        ("{y}", "y", "needs {z}, {x} and {y} in its “url”"),
        ("{y}", "{y}{s}", "holds {s}"),
        ("{y}", "{y}?token={key}", "need each other"),
        ("max_zoom = 17", 'max_zoom = 17\nkey = "secret"', "need each other"),
        ("max_zoom = 17", 'max_zoom = 17\nkey = "public"\nkey_header = "X-Key"', "goes with key"),
        ("max_zoom = 17", 'max_zoom = 17\nkey = "secret"\nkey_header = "X Key"', "name of an HTTP header"),
        ("max_zoom = 17", "max_zoom = 17\nopacity = 2", "above 0, up to 1"),
        ("max_zoom = 17", 'max_zoom = 17\nroles = ["top"]', "roles[1]” is 'top'; use one of base, overlay"),
        ("max_zoom = 17", 'max_zoom = 17\nlevels = "1"', "list of whole numbers"),
        ('kind = "xyz"', 'kind = "wms"', "layers” is missing"),
        ('kind = "xyz"', 'kind = "wms"\nlayers = ["a"]\ncrs = "EPSG:4326"', "use one of EPSG:3857"),
        ("[mitt-kart]", "[own]", "cannot be the name"),
        ("[mitt-kart]", "[Kart]", "is no name"),
        ("[mitt-kart]", "[mitt-kart", "is not TOML"),
        ('titles = "Vårt kart"', "", "titles” is missing"),
    ],
)
def test_a_wrong_entry_is_named_by_file_and_key(file, old: str, new: str, sentence: str) -> None:
    assert old in ENTRY
    with pytest.raises(TomlFileError) as caught:
        services(file(ENTRY.replace(old, new)))
    assert str(caught.value).startswith("kart.toml: ")
    assert sentence in str(caught.value)


def started(**variables: str) -> subprocess.CompletedProcess[str]:
    """The settings as a process of its own reads them; the policy of pictures is printed."""
    program = (
        "from mapdialog import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    )
    environment = {**os.environ, **{f"MAPDIALOG_{name}": value for name, value in variables.items()}}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )


def test_the_pages_policy_lets_pictures_in_from_the_chosen_servers_and_no_others() -> None:
    ours = ["'self'", "data:", "blob:"]
    direct = started(BASE_MAP="kartverket-grey", OVERLAYS="dibk-plans-2")
    theirs = ["https://cache.kartverket.no", "https://nap.ft.dibk.no"]
    assert direct.stdout.strip() == str([*ours, *theirs])
    through_us = started(BASE_MAP="kartverket-grey", OVERLAYS="dibk-plans-2", MAP_MODE="proxy")
    assert through_us.stdout.strip() == str(ours)


def test_a_wrong_choice_stops_the_start() -> None:
    stopped = started(BASE_MAP="google")
    assert stopped.returncode != 0
    assert "ImproperlyConfigured: MAPDIALOG_BASE_MAP names 'google'. Choose among: own" in stopped.stderr


def test_http_is_for_the_operators_own_map_servers_only(file) -> None:
    path = file(ENTRY.replace("https://maps.example.org", "http://kart.internal:8080"))
    with pytest.raises(TomlFileError, match="MAPDIALOG_MAP_PRIVATE_HOSTS"):
        services(path, private_hosts=frozenset({"other.internal"}))
    service = services(path, private_hosts=frozenset({"kart.internal"}))["mitt-kart"]
    assert service.origin == "http://kart.internal:8080"
