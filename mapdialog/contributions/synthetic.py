"""Believable contributions for load, tests and benchmarks: the same seed gives the same pins."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.contrib.gis.geos import MultiPolygon, Point

from layers.geometry import WGS84
from mapdialog.contributions import bulk, keys, receipt
from mapdialog.contributions.rulebooks import Rulebook

IN_CLUSTERS = 0.8
BATCH = 20_000
PINS_PER_CONTRIBUTOR = 2.5
_METRES_PER_DEGREE = 111_320
_TRIES = 200
_SUBJECTS = (
    "Lykta", "Gangveien", "Krysset", "Benken", "Snarveien", "Bussholdeplassen", "Fortauet", "Lekeplassen",
    "Brua", "Skogholtet", "Parkeringen", "Trappa", "Undergangen", "Hekken", "Torget",
)  # fmt: skip
_REMARKS = (
    "er mørk om kvelden", "trenger et gjerde", "brukes av mange barn", "er vanskelig å se", "bør bli stående",
    "er glatt om vinteren", "kunne vært bredere", "mangler skilt", "er et fint sted å møtes", "ligger feil",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Cluster:
    """A spot where people gather: its middle (lon, lat), its spread in metres and its usual theme."""

    lon: float
    lat: float
    spread_m: float
    theme_id: int | None


class NoAreaError(Exception):
    """The consultation has no area to put pins in."""


def make(
    *, rulebook: Rulebook, area: MultiPolygon | None, n: int, seed: int, clusters: int, until: dt.datetime
) -> Iterator[bulk.Stored]:
    """Stores n pins within the area (EPSG:4326), 80 % in clusters, and yields what came of each batch.

    Written between opening and `until`. Ids come from seed and number, so that a second run adds nothing.
    """
    if area is None:
        raise NoAreaError
    dice = random.Random(f"{rulebook.slug}:{seed}")  # noqa: S311 (reproducible on purpose)
    rows = _rows(dice, rulebook=rulebook, area=area, n=n, seed=seed, clusters=clusters, until=until)
    first = dice.randrange(receipt.BODIES - n)
    while batch := tuple(islice(rows, BATCH)):
        block = range(first, first + len(batch))
        first = block.stop
        yield bulk.store(batch, rulebook=rulebook, codes=_Codes(block))


class _Codes:
    """Codes of consecutive numbers: a million random ones would meet one another, these cannot."""

    def __init__(self, block: range) -> None:
        self._block = block

    def __call__(self, count: int) -> Sequence[str]:
        codes = [receipt.code_of(number % receipt.BODIES) for number in islice(self._block, count)]
        # Asked again because one was taken: the next block then.
        self._block = range(self._block.stop, self._block.stop + len(self._block))
        return codes


def _rows(
    dice: random.Random,
    *,
    rulebook: Rulebook,
    area: MultiPolygon,
    n: int,
    seed: int,
    clusters: int,
    until: dt.datetime,
) -> Iterator[bulk.Row]:
    spots = _Spots(dice, area=area)
    themes: list[int | None] = [*rulebook.themes.values()] or [None]
    gathered = _gathering(dice, spots=spots, themes=themes, clusters=clusters)
    # Few spots draw many people: weights fall off as one over the rank.
    weights = [1 / (rank + 1) for rank in range(clusters)]
    seconds = max(1.0, (until - rulebook.opens_at).total_seconds())
    contributors = max(1, round(n / PINS_PER_CONTRIBUTOR))
    for number in range(n):
        cluster = dice.choices(gathered, weights)[0] if gathered and dice.random() < IN_CLUSTERS else None
        spot = spots.near(cluster) if cluster else spots.anywhere()
        usual = cluster is not None and dice.random() < 0.7
        who = dice.randrange(contributors)
        written_at = rulebook.opens_at + dt.timedelta(seconds=round(dice.random() * seconds))
        yield bulk.Row(
            source_id=f"pins:{seed}:{number}",
            submission=f"pins:{seed}:{who}",
            channel="web",
            geom=Point(*spot, srid=WGS84),
            accuracy_m=round(dice.uniform(4, 60), 1),
            zoom_at_placing=dice.choice((15, 16, 17, 18)),
            text=f"{dice.choice(_SUBJECTS)} {dice.choice(_REMARKS)}.",
            language="nb",
            theme_id=cluster.theme_id if cluster and usual else dice.choice(themes),
            contributor_key=keys.keyed("contributor", rulebook.id, "synthetic", seed, who),
            written_at=written_at,
            received_at=written_at,
        )


def _gathering(
    dice: random.Random, *, spots: _Spots, themes: Sequence[int | None], clusters: int
) -> list[_Cluster]:
    """The spots people come together at, each with the theme that most of them speak about."""
    gathered = []
    for _ in range(clusters):
        lon, lat = spots.anywhere()
        gathered.append(
            _Cluster(lon=lon, lat=lat, spread_m=dice.uniform(15, 120), theme_id=dice.choice(themes))
        )
    return gathered


class _Spots:
    """Random positions inside the area, by a prepared geometry and a bounded number of tries."""

    def __init__(self, dice: random.Random, *, area: MultiPolygon) -> None:
        self._dice = dice
        self._prepared = area.prepared
        self._west, self._south, self._east, self._north = area.extent
        inside = area.point_on_surface
        self._fallback = (inside.x, inside.y)

    def anywhere(self) -> tuple[float, float]:
        for _ in range(_TRIES):
            lon = round(self._dice.uniform(self._west, self._east), 7)
            lat = round(self._dice.uniform(self._south, self._north), 7)
            if self._prepared.contains(Point(lon, lat)):
                return lon, lat
        return self._fallback

    def near(self, cluster: _Cluster) -> tuple[float, float]:
        per_degree_m = _METRES_PER_DEGREE * math.cos(math.radians(cluster.lat))
        for _ in range(_TRIES):
            lon = round(cluster.lon + self._dice.gauss(0, cluster.spread_m) / per_degree_m, 7)
            lat = round(cluster.lat + self._dice.gauss(0, cluster.spread_m) / _METRES_PER_DEGREE, 7)
            if self._prepared.contains(Point(lon, lat)):
                return lon, lat
        return cluster.lon, cluster.lat
