"""Which maps of other servers this installation uses: the listed ones, the operator's own, and the choice.

Read once, when the settings are: whatever is wrong stops the start with one clear sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from mapdialog import environment, toml_file
from mapdialog.map_services.service import MAX_ZOOM, TILE_PIXELS, Key, Kind, MapService, Role
from mapdialog.toml_file import Table, TomlFileError

LISTED = Path(__file__).with_name("services.toml")
OWN, NONE = "own", "none"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}", re.ASCII)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}?|\}")
_PLACEHOLDERS = {"{z}", "{x}", "{y}", "{bbox}", "{key}"}
_FORMATS = ("image/png", "image/jpeg", "image/webp")
_LANGUAGES = ("nb", "nn", "sv", "da", "en")


class Mode(StrEnum):
    """Who fetches the pictures: the readers' browsers, or this service for them."""

    DIRECT = "direct"
    PROXY = "proxy"


@dataclass(frozen=True, kw_only=True)
class MapChoice:
    """`base` is None for the municipality's own layers, or, when `is_blank`, for no base map at all.

    `shown` names the overlays that are on from the start, on residents' pages too. `private_hosts` are the
    operator's own map servers, which may have an inner address and no TLS.
    """

    base: MapService | None = None
    is_blank: bool = False
    overlays: tuple[MapService, ...] = ()
    shown: frozenset[str] = frozenset()
    mode: Mode = Mode.DIRECT
    private_hosts: frozenset[str] = frozenset()

    @property
    def origins(self) -> list[str]:
        """Where browsers fetch pictures from, for the Content-Security-Policy."""
        if self.mode is Mode.PROXY:
            return []
        return list(dict.fromkeys(service.origin for service in self._chosen()))

    def proxied(self, name: str) -> MapService | None:
        """The service of that name, when it is one that this installation fetches for its readers."""
        if self.mode is Mode.DIRECT:
            return None
        return next((service for service in self._chosen() if service.name == name), None)

    def _chosen(self) -> tuple[MapService, ...]:
        return (*([self.base] if self.base else []), *self.overlays)


def from_environment() -> MapChoice:
    """What the MAPDIALOG_… variables of docs/operators.md say. Raises ImproperlyConfigured."""
    mode_name = environment.text("MAPDIALOG_MAP_MODE", default=Mode.DIRECT)
    if mode_name not in set(Mode):
        raise ImproperlyConfigured(f"MAPDIALOG_MAP_MODE is {mode_name!r}; use one of {', '.join(Mode)}.")
    mode = Mode(mode_name)
    private_hosts = frozenset(host.lower() for host in environment.names("MAPDIALOG_MAP_PRIVATE_HOSTS"))
    known = _known(private_hosts=private_hosts)
    base_name = environment.text("MAPDIALOG_BASE_MAP", default=OWN)
    base = None
    if base_name not in {OWN, NONE}:
        base = _chosen(base_name, known=known, role=Role.BASE, mode=mode, variable="MAPDIALOG_BASE_MAP")
    overlays = tuple(
        _chosen(name, known=known, role=Role.OVERLAY, mode=mode, variable="MAPDIALOG_OVERLAYS")
        for name in dict.fromkeys(environment.names("MAPDIALOG_OVERLAYS"))
    )
    shown = frozenset(environment.names("MAPDIALOG_OVERLAYS_SHOWN"))
    if unknown := shown - {overlay.name for overlay in overlays}:
        raise ImproperlyConfigured(
            f"MAPDIALOG_OVERLAYS_SHOWN names {', '.join(sorted(unknown))}, not in MAPDIALOG_OVERLAYS."
        )
    return MapChoice(
        base=base,
        is_blank=base_name == NONE,
        overlays=overlays,
        shown=shown,
        mode=mode,
        private_hosts=private_hosts,
    )


def services(file: Path, *, private_hosts: frozenset[str] = frozenset()) -> dict[str, MapService]:
    """The services of a file, by name, without their keys. Raises TomlFileError."""
    whole = toml_file.read(file)
    return {
        service.name: service
        for name in whole.keys()  # noqa: SIM118 (a Table is no dict)
        for service in _services(name, whole, private_hosts=private_hosts)
    }


def _known(*, private_hosts: frozenset[str]) -> dict[str, MapService]:
    try:
        known = services(LISTED)
        if own := environment.text("MAPDIALOG_MAP_SERVICES", default=""):
            known |= services(Path(own), private_hosts=private_hosts)
    except TomlFileError as error:
        raise ImproperlyConfigured(f"Map services: {error}") from None
    return known


def _chosen(
    name: str, *, known: Mapping[str, MapService], role: Role, mode: Mode, variable: str
) -> MapService:
    """The service of that name with its key, once it is certain that it can be used in this way."""
    fitting = [service.name for service in known.values() if role in service.roles]
    if name not in fitting:
        choices = [*([OWN, NONE] if role is Role.BASE else []), *fitting]
        raise ImproperlyConfigured(f"{variable} names {name!r}. Choose among: {', '.join(choices)}.")
    service = known[name]
    if service.key_use is Key.NONE:
        return service
    if service.key_use is Key.SECRET and mode is Mode.DIRECT:
        raise ImproperlyConfigured(
            f"{variable} names {name!r}, whose key browsers may not know: set MAPDIALOG_MAP_MODE=proxy."
        )
    key = environment.text(f"MAPDIALOG_MAP_KEY_{name.upper().replace('-', '_')}")
    if not key.isascii() or not key.isprintable():
        raise ImproperlyConfigured(f"The key of {name!r} holds characters that no address or header may.")
    return service.with_key(key)


def _services(name: str, whole: Table, *, private_hosts: frozenset[str]) -> Iterator[MapService]:
    """One service, or one for each vertical level."""
    if not _NAME.fullmatch(name):
        raise whole.error(name, "is no name: use small letters, digits and hyphens.")
    table = whole.table(name)
    if table is None or name in {OWN, NONE}:
        raise whole.error(name, "cannot be the name of a map service.")
    table.languages = list(_LANGUAGES)
    levels = table.value("levels")
    if levels is None:
        yield _service(name, table, level=None, private_hosts=private_hosts)
    elif not isinstance(levels, list) or not all(type(level) is int for level in levels):
        raise table.error("levels", "must be a list of whole numbers.")
    else:
        for level in levels:
            yield _service(f"{name}-{level}", table, level=level, private_hosts=private_hosts)


def _service(name: str, table: Table, *, level: int | None, private_hosts: frozenset[str]) -> MapService:
    def at_level(text: str) -> str:
        return text if level is None else text.replace("{level}", str(level))

    kind = Kind(table.text("kind", choices=list(Kind)))
    key_use = Key(table.text("key", default=Key.NONE, choices=list(Key)))
    roles = table.strings("roles") or [Role.BASE]
    if not set(roles) <= set(Role):
        raise table.error("roles", f"may hold {' and '.join(Role)}.")
    min_zoom = table.whole("min_zoom", default=0, maximum=MAX_ZOOM)
    template = at_level(_template(kind, table, private_hosts=private_hosts))
    if unknown := set(_PLACEHOLDER.findall(template)) - _PLACEHOLDERS:
        raise table.error("url", f"or what is added to it holds {', '.join(sorted(unknown))}.")
    service = MapService(
        name=name,
        titles={tag: at_level(text) for tag, text in table.texts("titles", required=True).items()},
        roles=frozenset(Role(role) for role in roles),
        template=template,
        credit=table.text("credit"),
        licence=table.text("licence"),
        min_zoom=min_zoom,
        max_zoom=table.whole("max_zoom", minimum=min_zoom, maximum=MAX_ZOOM),
        opacity=_opacity(table),
        key_use=key_use,
        key_header=_key_header(table, template=template, key_use=key_use),
    )
    table.refuse_unknown()
    return service


def _template(kind: Kind, table: Table, *, private_hosts: frozenset[str]) -> str:
    url = table.text("url")
    parts = urlsplit(url)
    if (
        not parts.hostname
        or "{" in parts.netloc
        or "@" in parts.netloc
        or parts.fragment
        or url != url.strip()
    ):
        raise table.error("url", "must be a whole address, with neither user name nor fragment.")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in private_hosts):
        raise table.error("url", "must start with https:// (http only for MAPDIALOG_MAP_PRIVATE_HOSTS).")
    if kind is Kind.WMS:
        return _asked(url, _map_request(table))
    if kind is Kind.WMTS and "{z}" not in url:
        return _asked(url, _tile_request(table))
    if not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise table.error("url", "must hold {z}, {x} and {y}.")
    return url


def _map_request(table: Table) -> dict[str, str]:
    """WMS GetMap. EPSG:3857 alone: its axes are east, north in every version, those of others are not."""
    version = table.text("version", default="1.3.0", choices=["1.1.1", "1.3.0"])
    crs = table.text("crs", default="EPSG:3857", choices=["EPSG:3857"])
    layers = table.strings("layers")
    if not layers:
        raise table.error("layers", "is missing: name at least one.")
    return {
        "SERVICE": "WMS",
        "VERSION": version,
        "REQUEST": "GetMap",
        "LAYERS": ",".join(layers),
        "STYLES": ",".join(table.strings("styles")),
        "CRS" if version == "1.3.0" else "SRS": crs,
        "BBOX": "{bbox}",
        "WIDTH": str(TILE_PIXELS),
        "HEIGHT": str(TILE_PIXELS),
        "FORMAT": table.text("format", default="image/png", choices=_FORMATS),
        "TRANSPARENT": "TRUE" if table.flag("transparent", default=True) else "FALSE",
    }


def _tile_request(table: Table) -> dict[str, str]:
    """WMTS GetTile by its parameters; `matrix` is what the server calls a zoom, such as EPSG:3857:{z}."""
    layers = table.strings("layers")
    if len(layers) != 1:
        raise table.error("layers", "must name one layer of the WMTS.")
    return {
        "SERVICE": "WMTS",
        "VERSION": "1.0.0",
        "REQUEST": "GetTile",
        "LAYER": layers[0],
        "STYLE": ",".join(table.strings("styles")) or "default",
        "FORMAT": table.text("format", default="image/png", choices=_FORMATS),
        "TILEMATRIXSET": table.text("matrix_set"),
        "TILEMATRIX": table.text("matrix", default="{z}"),
        "TILEROW": "{y}",
        "TILECOL": "{x}",
    }


def _asked(url: str, parameters: Mapping[str, str]) -> str:
    between = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    query = "&".join(f"{name}={quote(value, safe='{},:/')}" for name, value in parameters.items())
    return f"{url}{between}{query}"


def _opacity(table: Table) -> float:
    value = table.value("opacity")
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise table.error("opacity", "must be a number above 0, up to 1.")
    return float(value)


def _key_header(table: Table, *, template: str, key_use: Key) -> str:
    """The header the key travels in, "" when it stands in the address."""
    header = table.text("key_header", default="")
    if header and not _HEADER.fullmatch(header):
        raise table.error("key_header", "must be the name of an HTTP header, such as Authorization.")
    if header and key_use is not Key.SECRET:
        raise table.error("key_header", 'goes with key = "secret": a browser\'s pictures have no headers.')
    if (key_use is not Key.NONE) != (bool(header) != ("{key}" in template)):
        raise table.error("key", "and {key} in the address (or a key_header) need each other.")
    return header
