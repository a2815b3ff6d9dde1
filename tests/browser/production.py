"""The service as production runs it: own database, gunicorn, hashed and packed files."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).parents[2]
_SIGN_IN = re.compile(r"(\S+@demo\.example)\s+((?:[a-z2-7]{4}-){3}[a-z2-7]{4})")
_UNTIL_READY_S = 60


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where it answers, and the printed passwords by e-mail address."""

    url: str
    passwords: dict[str, str]


@contextmanager
def running_demo(folder: Path) -> Iterator[Site]:
    """The demo, loaded and serving until the block ends; `folder` takes its static files and uploads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with _database(f"mapdialog_demo_{os.getpid()}") as address:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAPDIALOG_")},
            "DATABASE_URL": address,
            "MAPDIALOG_ENV": "demo",
            "MAPDIALOG_SECRET_KEY": secrets.token_urlsafe(60),
            "MAPDIALOG_SITE_URL": f"http://127.0.0.1:{port}",
            "MAPDIALOG_BIND": f"127.0.0.1:{port}",
            "MAPDIALOG_STATIC_ROOT": str(folder / "static"),
            "MAPDIALOG_MEDIA_ROOT": str(folder / "media"),
        }
        collecting = subprocess.Popen(
            _manage("collectstatic", "--no-input", "--verbosity=0"), cwd=ROOT, env=environment
        )
        try:
            _run("migrate", "--no-input", "--verbosity=0", environment=environment)
            output = _run("load_demo", environment=environment)
            assert collecting.wait(timeout=120) == 0
        finally:
            collecting.kill()
            collecting.wait()
        with _server(port, environment=environment) as url:
            yield Site(url=url, passwords=dict(_SIGN_IN.findall(output)))


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _run(*arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        _manage(*arguments),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@contextmanager
def _database(name: str) -> Iterator[str]:
    """A new database on the server of the tests; its address for DATABASE_URL."""
    there = settings.DATABASES["default"]
    access = {key: there[key.upper()] for key in ("user", "password", "host", "port")}
    environment_given = {key: value for key, value in access.items() if value}
    identifier = sql.Identifier(name)
    with psycopg.connect(dbname="postgres", autocommit=True, **environment_given) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        server.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        try:
            user, password, host, port = (quote(str(value), safe="") for value in access.values())
            where = "&".join(f"{key}={value}" for key, value in (("host", host), ("port", port)) if value)
            yield f"postgresql://{user}:{password}@/{name}?{where}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@contextmanager
def _server(port: int, *, environment: dict[str, str]) -> Iterator[str]:
    """gunicorn with the options of production, ended by its process id."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "docker/gunicorn.conf.py",
        "mapdialog.wsgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/readyz", process=process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, *, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _UNTIL_READY_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert process.poll() is None, "The web server ended (see above)."
            assert time.monotonic() < until, "The web server does not answer."
            time.sleep(0.2)
