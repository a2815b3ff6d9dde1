"""What the cases need from the database and the web server, each made when it is first asked for."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import psycopg
import pyogrio
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from layers.importing.import_file import ImportRequest, load
from layers.models import Edition
from mapdialog.contributions import rulebooks, synthetic
from mapdialog.dialogue.models import Alternative, Consultation, DataVersion, Theme
from mapdialog.people.models import Municipality
from tests.bench import shapes
from tests.bench.webserver import WebServer

OWNER = "NO-9999"
THEMES = ("light", "traffic", "play", "nature", "other")
LARGE_PINS, SMALL_PINS, HUGE_PINS = 100_000, 15_000, 1_000_000
ADDRESSES = 100_000
ZONES_SIDE, ZONE_VERTICES = 100, 190  # 100 × 100 zones


class World:
    """A municipality with 50 committees and a plan of 10,000 zones; consultations by their number of pins."""

    def __init__(self, stack: ExitStack, *, address: str) -> None:
        self.address = address
        self._stack = stack
        self._consultations: dict[str, Consultation] = {}
        say("making the tables")
        call_command("migrate", verbosity=0)
        stack.callback(self._let_go)
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def _let_go(self) -> None:
        connections["default"].close_pool()

    @cached_property
    def web(self) -> WebServer:
        """Behind one proxy, as in production, so that each request may come from an address of its own."""
        return self._web()

    @cached_property
    def forgetful_web(self) -> WebServer:
        """The same, but it keeps no tile that it made."""
        return self._web(MAPDIALOG_TILE_MEMORY_MB="0")

    def _web(self, **environment: str) -> WebServer:
        environment["MAPDIALOG_PROXY_COUNT"] = "1"
        return self._stack.enter_context(WebServer("mapdialog.wsgi:application", environment=environment))

    def database(self) -> psycopg.Connection:
        """A connection for a reference, closed at the end of the run."""
        return self._stack.enter_context(psycopg.connect(self.address, autocommit=True))

    @cached_property
    def zones_file(self) -> Path:
        frame = shapes.jagged_areas(columns=ZONES_SIDE, rows=ZONES_SIDE, vertices=ZONE_VERTICES)
        return self._file(frame, name="zones")

    @cached_property
    def zones(self) -> Edition:
        return self._layer(self.zones_file, kind="zoning")

    @cached_property
    def committees(self) -> Edition:
        frame = shapes.jagged_areas(columns=10, rows=5, vertices=400)
        return self._layer(self._file(frame, name="committees"), kind="boundary")

    @cached_property
    def addresses(self) -> Edition:
        return self._layer(self._file(shapes.addresses(ADDRESSES), name="addresses"), kind="address")

    def consultation(self, slug: str, *, pins: int) -> Consultation:
        """Open, published, read after publication, with that many pins of one seed."""
        if slug not in self._consultations:
            self._consultations[slug] = self._with_pins(self._consultation(slug), n=pins)
        return self._consultations[slug]

    @cached_property
    def _municipality(self) -> Municipality:
        return Municipality.objects.create(
            code=OWNER, name="Bench", country="NO", metric_srid=25832, languages=["nb"]
        )

    def _file(self, frame: gpd.GeoDataFrame, *, name: str) -> Path:
        path = self.folder / f"{name}.gpkg"
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG")
        return path

    def _layer(self, path: Path, *, kind: str) -> Edition:
        say(f"importing {path.stem}")
        request = ImportRequest(
            path=path,
            kind=kind,
            name=path.stem,
            owner=OWNER,
            code_field="code",
            name_field="name",
            valid_from=dt.date(2020, 1, 1),  # before the pins were written: each has its places
        )
        return load(request, at=timezone.now()).edition

    def _consultation(self, slug: str) -> Consultation:
        rim = Polygon.from_bbox((shapes.WEST, shapes.SOUTH, shapes.EAST, shapes.NORTH))
        now = timezone.now()
        made = Consultation.objects.create(
            municipality=self._municipality,
            slug=slug,
            status=Consultation.Status.PUBLISHED,
            title={"nb": "Måling"},
            languages=["nb"],
            opens_at=now - dt.timedelta(days=30),
            closes_at=now + dt.timedelta(days=30),
            area=MultiPolygon(rim, srid=4326),
            boundary_layer=self.committees.layer,
            moderation=Consultation.Moderation.AFTER,
            address_limit=1_000_000,
        )
        DataVersion.objects.create(consultation=made)
        for order, key in enumerate(THEMES):
            Theme.objects.create(consultation=made, key=key, name={"nb": key}, order=order)
        Alternative.objects.create(consultation=made, key="plan", name={"nb": "Plan"}, layer=self.zones.layer)
        return made

    def _with_pins(self, consultation: Consultation, *, n: int) -> Consultation:
        started = time.monotonic()
        rulebook = rulebooks.read_any(consultation.slug)
        batches = synthetic.make(
            rulebook=rulebook, area=consultation.area, n=n, seed=1, clusters=200, until=timezone.now()
        )
        done = 0
        for stored in batches if n else ():
            done += stored.new
            say(f"{consultation.slug}: {done} of {n} pins, {time.monotonic() - started:.0f} s")
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        return consultation


def say(what: str) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)
