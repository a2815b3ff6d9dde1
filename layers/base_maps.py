"""Base maps of other servers, by name; `base_maps.toml` is the list."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

OWN = "own"


class UnknownBaseMapError(LookupError):
    """No base map has that name; the message lists those there are."""


@dataclass(frozen=True, kw_only=True)
class BaseMap:
    """Pictures in Web Mercator at `url` with {z}, {x} and {y}; `credit` must be shown beside them."""

    name: str
    url: str
    credit: str
    licence: str
    max_native_zoom: int

    @property
    def origin(self) -> str:
        """What the pages' Content-Security-Policy has to allow pictures from."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def base_map(name: str) -> BaseMap | None:
    """The base map of that name, None for “own”. Raises UnknownBaseMapError."""
    if name == OWN:
        return None
    found = _listed().get(name)
    if found is None:
        known = ", ".join([OWN, *_listed()])
        raise UnknownBaseMapError(f"There is no base map called {name!r}. Choose one of: {known}.")
    return found


@cache
def _listed() -> dict[str, BaseMap]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {name: BaseMap(name=name, **values) for name, values in tomllib.loads(text).items()}
