"""Map servers of others as a TOML file: a table each, read strictly. docs/layers.md explains the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    RootModel,
    Tag,
    field_validator,
    model_validator,
)

from layers import toml_file
from layers.toml_file import SLUG, TEXT_LIST, FileInfo, RequiredTexts, Strings, Table, one_of, otherwise
from mapdialog.map_services.service import MAX_ZOOM, TILE_PIXELS, Key, Kind, MapService, Role

OWN, NONE = "own", "none"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}?|\}")
_PLACEHOLDERS = {"{z}", "{x}", "{y}", "{bbox}", "{key}"}
_LANGUAGES = ("nb", "nn", "sv", "da", "en")

Zoom = Annotated[int, Field(ge=0, le=MAX_ZOOM)]
Format = Annotated[str, one_of(("image/png", "image/jpeg", "image/webp"))]


def _whole_address(url: str, info: FileInfo) -> str:
    parts = urlsplit(url)
    misplaced = "{" in parts.netloc or "@" in parts.netloc or parts.fragment or url != url.strip()
    if not parts.hostname or misplaced:
        raise ValueError("must be a whole address, with neither user name nor fragment.")
    if parts.scheme != "https" and not (
        parts.scheme == "http" and parts.hostname in info.context["private_hosts"]
    ):
        raise ValueError("must start with https:// (http only for MAPDIALOG_MAP_PRIVATE_HOSTS).")
    return url


class TiledEntry(Table):
    """A server that has the tiles ready, at addresses with {z}, {x} and {y}."""

    kind: Annotated[str, one_of(list(Kind))]
    titles: RequiredTexts
    roles: Annotated[list[Annotated[str, one_of(list(Role))]], TEXT_LIST] = Field(default_factory=list)
    url: Annotated[str, AfterValidator(_whole_address)]
    credit: str
    licence: str
    min_zoom: Zoom = 0
    max_zoom: Zoom
    opacity: Annotated[float, Field(gt=0, le=1), otherwise("must be a number above 0, up to 1.")] = 1.0
    key_use: Annotated[str, one_of(list(Key))] = Field(Key.NONE, alias="key")
    key_header: Annotated[
        str,
        Field(pattern="^([A-Za-z][A-Za-z0-9-]{0,60})?$"),
        otherwise("must be the name of an HTTP header, such as Authorization."),
    ] = ""
    levels: Annotated[list[int], otherwise("must be a list of whole numbers.")] | None = None

    @property
    def template(self) -> str:
        """The address of a tile, with placeholders."""
        if not all(part in self.url for part in ("{z}", "{x}", "{y}")):
            raise ValueError("needs {z}, {x} and {y} in its “url”.")
        return self.url

    @field_validator("max_zoom")
    @classmethod
    def _zooms_in_order(cls, max_zoom: int, info: FileInfo) -> int:
        if max_zoom < info.data.get("min_zoom", 0):
            raise ValueError("must be no less than “min_zoom”.")
        return max_zoom

    @model_validator(mode="after")
    def _an_address_for_every_tile(self) -> Self:
        known = _PLACEHOLDERS | ({"{level}"} if self.levels is not None else set())
        if unknown := set(_PLACEHOLDER.findall(self.template)) - known:
            raise ValueError(f"holds {', '.join(sorted(unknown))} in its “url” or what is added to it.")
        return self

    @model_validator(mode="after")
    def _a_key_has_its_place(self) -> Self:
        """In the address, or in the header, where it has one."""
        if self.key_header and self.key_use != Key.SECRET:
            raise ValueError(
                'has a “key_header”, which goes with key = "secret": a browser\'s pictures have no headers.'
            )
        has_place = bool(self.key_header) != ("{key}" in self.template)
        if (self.key_use != Key.NONE) != has_place:
            raise ValueError(
                "has only one of “key” and {key} in the address (or a “key_header”): they need each other."
            )
        return self

    def services(self, name: str) -> Iterator[MapService]:
        """The service, or one for each vertical level, without keys."""
        if self.levels is None:
            yield self._service(name, level="{level}")
        for level in self.levels or ():
            yield self._service(f"{name}-{level}", level=str(level))

    def _service(self, name: str, *, level: str) -> MapService:
        return MapService(
            name=name,
            titles={tag: text.replace("{level}", level) for tag, text in self.titles.items()},
            roles=frozenset(map(Role, self.roles or [Role.BASE])),
            template=self.template.replace("{level}", level),
            credit=self.credit,
            licence=self.licence,
            min_zoom=self.min_zoom,
            max_zoom=self.max_zoom,
            opacity=self.opacity,
            key_use=Key(self.key_use),
            key_header=self.key_header,
        )


class WmtsEntry(TiledEntry):
    """A WMTS asked by its parameters; `matrix` is what the server calls a zoom, such as EPSG:3857:{z}."""

    layers: Annotated[list[str], Field(min_length=1, max_length=1), otherwise("must name one layer.")]
    styles: Strings = Field(default_factory=list)
    format: Format = "image/png"
    matrix_set: str
    matrix: str = "{z}"

    @property
    def template(self) -> str:
        parameters = {
            "SERVICE": "WMTS",
            "VERSION": "1.0.0",
            "REQUEST": "GetTile",
            "LAYER": self.layers[0],
            "STYLE": ",".join(self.styles) or "default",
            "FORMAT": self.format,
            "TILEMATRIXSET": self.matrix_set,
            "TILEMATRIX": self.matrix,
            "TILEROW": "{y}",
            "TILECOL": "{x}",
        }
        return _with_parameters(self.url, parameters)


class WmsEntry(TiledEntry):
    """A WMS asked by GetMap.

    EPSG:3857 alone: its axes are east, north in every version, those of others are not.
    """

    layers: Annotated[list[str], Field(min_length=1), otherwise("must be a list that names at least one.")]
    styles: Strings = Field(default_factory=list)
    version: Annotated[str, one_of(("1.1.1", "1.3.0"))] = "1.3.0"
    crs: Annotated[str, one_of(("EPSG:3857",))] = "EPSG:3857"
    format: Format = "image/png"
    transparent: bool = True

    @property
    def template(self) -> str:
        parameters = {
            "SERVICE": "WMS",
            "VERSION": self.version,
            "REQUEST": "GetMap",
            "LAYERS": ",".join(self.layers),
            "STYLES": ",".join(self.styles),
            "CRS" if self.version == "1.3.0" else "SRS": self.crs,
            "BBOX": "{bbox}",
            "WIDTH": str(TILE_PIXELS),
            "HEIGHT": str(TILE_PIXELS),
            "FORMAT": self.format,
            "TRANSPARENT": "TRUE" if self.transparent else "FALSE",
        }
        return _with_parameters(self.url, parameters)


def _with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    between = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    query = "&".join(f"{name}={quote(value, safe='{},:/')}" for name, value in parameters.items())
    return f"{url}{between}{query}"


def _way_of(entry: Any) -> str:
    kind, url = (str(entry.get(key)) for key in ("kind", "url")) if isinstance(entry, dict) else ("", "")
    if kind == Kind.WMS:
        return "[WmsEntry]"
    return "[WmtsEntry]" if kind == Kind.WMTS and "{z}" not in url else "[TiledEntry]"


def _not_reserved(name: str) -> str:
    if name in (OWN, NONE):
        raise ValueError("cannot be the name of a map service.")
    return name


Name = Annotated[
    str,
    Field(pattern=SLUG),
    otherwise("is no name: use small letters, digits and hyphens."),
    AfterValidator(_not_reserved),
]
Entry = Annotated[
    Annotated[TiledEntry, Tag("[TiledEntry]")]
    | Annotated[WmtsEntry, Tag("[WmtsEntry]")]
    | Annotated[WmsEntry, Tag("[WmsEntry]")],
    Discriminator(_way_of),
]


class ServicesFile(RootModel[dict[Name, Entry]]):
    """A table for each map server, by name."""


def read(file: Path, *, private_hosts: frozenset[str] = frozenset()) -> dict[str, MapService]:
    """The services of a file, by name, without their keys. Raises TomlFileError."""
    entries = toml_file.read(file, ServicesFile, languages=_LANGUAGES, private_hosts=private_hosts).root
    return {service.name: service for name, entry in entries.items() for service in entry.services(name)}
