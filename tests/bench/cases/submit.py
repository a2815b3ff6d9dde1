"""Pins coming in over 8 connections, against a bare DRF-gis insert and a bare pooled psycopg insert."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from psycopg_pool import ConnectionPool

from tests.bench import shapes
from tests.bench.client import CONNECTIONS, latencies, rate, request
from tests.bench.measurement import Measurement, Target, against, by_turns
from tests.bench.webserver import ROOT, WebServer
from tests.bench.world import THEMES, World

DRF, PSYCOPG = "bare DRF-gis insert", "bare psycopg insert"
EACH = 400
PER_SECOND, FOR_S = 100, 5
PINS_A_DEVICE = 3
_DRF_SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.bench.drf_reference.settings"}
_INSERT = """
INSERT INTO drf_reference_pin (theme, text, received_at, geom)
VALUES (%s, %s, now(), ST_SetSRID(ST_MakePoint(%s, %s), 4326)) RETURNING id
"""
_TEXT = "Lykta ved undergangen har vært mørk siden høstferien, og mange barn går her til skolen."


def measure(world: World, *, full: bool) -> Iterator[Measurement]:
    world.consultation("submit", pins=0)
    make_table = [sys.executable, "-m", "tests.bench.drf_reference.wsgi"]
    subprocess.run(make_table, cwd=ROOT, check=True)
    places = _Places()
    drf = WebServer("tests.bench.drf_reference.wsgi:application", environment=_DRF_SETTINGS)
    with drf, ConnectionPool(world.address, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        world.web.forget_peak()
        figures = by_turns(
            {
                "ours": lambda: rate(world.web.port, requests=places.puts(EACH), status=201),
                DRF: lambda: rate(drf.port, requests=places.posts(EACH), status=201),
                PSYCOPG: lambda: _psycopg_rate(pool, places=places),
            },
            repeats=7,
        )
        peak_mb = world.web.peak_mb()
        note = "validated, area checked, committee and zone looked up, audit row, data version raised"
        once = Target("at least the bare DRF-gis insert", 1, at_least=True)
        for name, reference, target in (("submit", DRF, once), ("submit-psycopg", PSYCOPG, None)):
            yield against(
                figures,
                name=name,
                unit="/s",
                reference=reference,
                target=target,
                peak_memory_mb=peak_mb,
                note=note,
            )
        yield _latency(world, drf=drf, places=places)


def _latency(world: World, *, drf: WebServer, places: _Places) -> Measurement:
    n = PER_SECOND * FOR_S

    def p99(port: int, requests: list[bytes]) -> float:
        taken = latencies(port, requests=requests, status=201, per_second=PER_SECOND)
        return taken[int(len(taken) * 0.99)]

    figures = by_turns(
        {
            "ours": lambda: p99(world.web.port, places.puts(n)),
            DRF: lambda: p99(drf.port, places.posts(n)),
        },
        repeats=3,
    )
    return against(
        figures,
        name="submit-p99",
        unit="ms",
        scale=1_000,
        reference=DRF,
        target=Target("at most 100 ms", 100, of="value"),
        peak_memory_mb=world.web.peak_mb(),
        note=f"99 of 100 answers come within this, at {PER_SECOND} pins a second",
    )


class _Places:
    """Requests made beforehand: pins all over the area, from devices that send a few each."""

    def __init__(self) -> None:
        self._dice = np.random.default_rng(1)
        self._sent = 0

    def anywhere(self) -> tuple[float, float, str]:
        lon = round(float(self._dice.uniform(shapes.WEST, shapes.EAST)), 7)
        lat = round(float(self._dice.uniform(shapes.SOUTH, shapes.NORTH)), 7)
        return lon, lat, str(self._dice.choice(THEMES))

    def puts(self, n: int) -> list[bytes]:
        return [self._put() for _ in range(n)]

    def posts(self, n: int) -> list[bytes]:
        return [self._post() for _ in range(n)]

    def _put(self) -> bytes:
        lon, lat, theme = self.anywhere()
        device = self._sent // PINS_A_DEVICE
        self._sent += 1
        identifier = uuid.uuid4()
        properties = {"kind": "pin", "theme": theme, "text": _TEXT, "language": "nb", "placed_by": "map"}
        feature = _feature(lon, lat, {**properties, "accuracy_m": 8.5, "zoom_at_placing": 17})
        headers = {
            "Content-Type": "application/geo+json",
            "X-Edit-Token": secrets.token_urlsafe(32),
            "X-Device-Key": f"device-{device:08d}",
            "X-Forwarded-For": f"10.{device >> 16 & 255}.{device >> 8 & 255}.{device & 255}",
        }
        path = f"/api/v1/consultations/submit/contributions/{identifier}"
        return request("PUT", path, body=feature, headers=headers)

    def _post(self) -> bytes:
        lon, lat, theme = self.anywhere()
        body = _feature(lon, lat, {"theme": theme, "text": _TEXT})
        return request("POST", "/pins/", body=body, headers={"Content-Type": "application/json"})


def _feature(lon: float, lat: float, properties: dict[str, object]) -> bytes:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties}).encode()


def _psycopg_rate(pool: ConnectionPool, *, places: _Places) -> float:
    rows = [places.anywhere() for _ in range(EACH)]

    def insert(row: tuple[float, float, str]) -> None:
        lon, lat, theme = row
        with pool.connection() as connection:
            connection.execute(_INSERT, (theme, _TEXT, lon, lat)).fetchone()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        started = time.perf_counter()
        list(threads.map(insert, rows))
        return EACH / (time.perf_counter() - started)
