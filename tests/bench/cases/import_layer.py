"""10,000 polygons of 190 vertices from a GeoPackage into a layer, against ogr2ogr."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils import timezone

from layers.importing.import_file import ImportRequest, load
from tests.bench.contestant import Contestant
from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns
from tests.bench.world import OWNER, World

NAME = "import"
REFERENCE = "ogr2ogr COPY"
_TARGET = Target("at most twice ogr2ogr's time, with validation, repair and report", 2)


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    mine, theirs = f"{__name__}:ours", f"{__name__}:ogr2ogr"
    path = world.zones_file
    note = "10,000 polygons of 190 vertices, GeoPackage, EPSG:4326"
    with (
        Contestant(mine, with_django=True, path=path) as ours_alone,
        Contestant(theirs, with_django=True, path=path, address=world.address) as other,
    ):
        figures = by_turns({"ours": ours_alone.once, REFERENCE: other.once}, repeats=5)
        yield against(
            figures,
            name=NAME,
            unit="s",
            reference=REFERENCE,
            target=_TARGET,
            peak_memory_mb=ours_alone.peak_mb,
            note=f"{note}; ours checks every vertex; ogr2ogr: {other.peak_mb:.0f} MB",
        )


def ours(*, path: Path) -> Repeat:
    count = iter(range(1_000_000))

    def repeat() -> float:
        request = ImportRequest(
            path=path,
            kind="zoning",
            name=f"import-{next(count)}",
            owner=OWNER,
            code_field="code",
            name_field="name",
        )
        started = time.perf_counter()
        outcome = load(request, at=timezone.now())
        seconds = time.perf_counter() - started
        assert outcome.edition.feature_count == 10_000
        return seconds

    return repeat


def ogr2ogr(*, path: Path, address: str) -> Repeat:
    command = [
        "ogr2ogr",
        "-f",
        "PostgreSQL",
        _for_gdal(address),
        str(path),
        "-nln",
        "bench_reference",
        "-overwrite",
    ]
    command += ["-nlt", "PROMOTE_TO_MULTI", "-lco", "GEOMETRY_NAME=geom", "--config", "PG_USE_COPY", "YES"]

    def repeat() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    return repeat


def _for_gdal(address: str) -> str:
    """The database's address as GDAL writes it."""
    url = urlsplit(address)
    parts: dict[str, Any] = {
        "dbname": unquote(url.path.lstrip("/")),
        "host": url.hostname,
        "port": url.port,
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        **dict(parse_qsl(url.query)),
    }
    return "PG:" + " ".join(f"{name}='{value}'" for name, value in parts.items() if value)
