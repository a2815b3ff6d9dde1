"""Which maps of other servers this installation uses: the listed ones, the operator's own, and the choice.

Read once, when the settings are: whatever is wrong stops the start with one clear sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from layers.toml_file import TomlFileError
from mapdialog import environment
from mapdialog.map_services import services_file
from mapdialog.map_services.service import Key, MapService, Role
from mapdialog.map_services.services_file import NONE, OWN

LISTED = Path(__file__).with_name("services.toml")


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


def _known(*, private_hosts: frozenset[str]) -> dict[str, MapService]:
    try:
        known = services_file.read(LISTED)
        if own := environment.text("MAPDIALOG_MAP_SERVICES", default=""):
            known |= services_file.read(Path(own), private_hosts=private_hosts)
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
