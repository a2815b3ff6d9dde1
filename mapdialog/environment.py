"""Typed readers for environment variables: a wrong value stops the start with one clear sentence."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from layers.whole_number import whole_number


class Mode(StrEnum):
    """How the service is run. Production is the default, so that forgetting to choose is safe."""

    PRODUCTION = "production"
    DEMO = "demo"
    DEV = "dev"
    TEST = "test"


def text(name: str, *, default: str | None = None) -> str:
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return default


def mode(name: str) -> Mode:
    value = text(name, default=Mode.PRODUCTION)
    try:
        return Mode(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of {', '.join(Mode)}.") from None


def number(name: str, *, default: int, minimum: int = 0) -> int:
    value = text(name, default=str(default))
    result = whole_number(value)
    if result is None or result < minimum:
        raise ImproperlyConfigured(f"{name} is {value!r}; use a whole number from {minimum} upwards.")
    return result


def flag(name: str, *, default: bool) -> bool:
    value = text(name, default="yes" if default else "no").lower()
    if value not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; use yes or no.")
    return value == "yes"


def names(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list."""
    value = text(name, default=",".join(default))
    return [part.strip() for part in value.split(",") if part.strip()]


def path(name: str, *, default: Path) -> Path:
    return Path(text(name, default=str(default)))


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """`is_tls`: from the first byte; `is_starttls`: after the greeting, and nothing is said before it."""

    host: str
    port: int
    user: str
    password: str
    is_tls: bool
    is_starttls: bool


def mail_server(name: str) -> MailServer | None:
    """`smtps://user:password@host:465` (TLS), `smtp://…:587` (STARTTLS), `smtp+plain://…:25` (neither)."""
    address = text(name, default="")
    if not address:
        return None
    form = f"{name} must look like smtp://user:password@host:587 (smtps:// for TLS from the start)."
    ports = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
    try:
        url = urlsplit(address)
        port = url.port or ports[url.scheme]
    except (ValueError, KeyError):
        raise ImproperlyConfigured(form) from None  # not the address itself: it may hold a password
    if not url.hostname:
        raise ImproperlyConfigured(form)
    return MailServer(
        host=url.hostname,
        port=port,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        is_tls=url.scheme == "smtps",
        is_starttls=url.scheme == "smtp",
    )


def database(name: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://user:password@host:port/name?host=/socket/dir` address."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgresql", "postgres", "postgis"}:
        raise ImproperlyConfigured(f"{name} must start with postgresql://; mapdialog runs on PostGIS only.")
    options = dict(parse_qsl(url.query))
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": options.pop("port", str(url.port or "")),
        "OPTIONS": dict(options),
    }
