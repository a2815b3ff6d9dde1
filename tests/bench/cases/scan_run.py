"""A scan from end to end: who wrote, their spots, the world, its cached maxima, circles and evidence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mapdialog.analysis.evidence import Evidence, EvidenceParameters, null_maxima, weigh
from mapdialog.analysis.ground import Ground
from mapdialog.analysis.null import SpotsWorld, anchors_of, copying_of, unevenness_of
from mapdialog.analysis.people import UNKNOWN, person_spots, senders
from mapdialog.analysis.scan import Scanner
from mapdialog.analysis.spots import Spots
from tests.bench.contestant import Contestant, alone
from tests.bench.measurement import Measurement, Repeat, Target
from tests.calibration.towns import ground_and_shares
from tests.calibration.trial import FIT, PEOPLE, REACH_M, SCAN

# A rescan beside a hotspot has a world of its own, whose maxima nobody has kept: not in these figures.
EVIDENCE = EvidenceParameters(level=0.05, replicates=39, stop_after=0, rescans=0, seed=1)
_SMALL = Target("at most 2 s for 15,000 pins", 2, of="value")
_HUGE = Target("at most 20 s and 1 GB for a million pins", 20, of="value")


def measure(*, full: bool) -> Iterator[Measurement]:
    sizes = {"scan-run": (15_000, _SMALL, 5)}
    if full:
        sizes["scan-run-1M"] = (1_000_000, _HUGE, 3)
    for name, (pins, target, repeats) in sizes.items():
        with Contestant(f"{__name__}:ours", pins=pins) as contestant:
            note = f"{pins:,} pins in Washington, cached maxima, no rescans"
            yield alone(contestant, name=name, repeats=repeats, target=target, note=note)


def ours(*, pins: int) -> Repeat:
    sent = Sent.by_lot(pins)
    ground, shares = ground_and_shares("Washington")
    share = shares["population"]
    scanner = Scanner.of(share, is_land=ground.is_land, cell_m=100.0, parameters=SCAN)
    _, world = _spots_and_world(sent, ground=ground, share=share)
    cached = {world.key(): null_maxima(world, scanner=scanner, parameters=EVIDENCE)}

    def run() -> Evidence:
        spots, world = _spots_and_world(sent, ground=ground, share=share)
        scanner = Scanner.of(share, is_land=ground.is_land, cell_m=100.0, parameters=SCAN)
        maxima = cached[world.key()]
        return weigh(spots, scanner=scanner, world=world, maxima=maxima, parameters=EVIDENCE, power=0.8)

    def repeat() -> float:
        started = time.process_time()
        evidence = run()
        seconds = time.process_time() - started
        assert evidence.hotspots
        return seconds

    return repeat


@dataclass(frozen=True)
class Sent:
    """What n pins say. `person`, `time_s`, `text_class`: (n,); `xy_m`: (n, 2)."""

    person: np.ndarray
    xy_m: np.ndarray
    time_s: np.ndarray
    text_class: np.ndarray

    @classmethod
    def by_lot(cls, n: int) -> Sent:
        """Most persons have one pin, some hundreds, mostly around home; a tenth lies at crossings.

        Of a tenth nobody knows who sent them, and three of ten say nothing in words.
        """
        rng = np.random.default_rng(1)
        pins = np.minimum(rng.zipf(2.2, n), 2_000)
        person = np.repeat(np.arange(n), pins)[:n]
        xy_m = _thrown(n, rng=rng)
        home = np.searchsorted(person, person)
        at_home = (rng.random(n) < 0.7) & (home != np.arange(n))
        xy_m[at_home] = xy_m[home[at_home]] + rng.normal(0, 250, (int(at_home.sum()), 2))
        met = np.flatnonzero(rng.random(n) < 0.1)
        crossing = (200 * rng.random(len(met)) ** 3).astype(np.int64)  # some draw many more than others
        xy_m[met] = _thrown(200, rng=rng)[crossing] + rng.normal(0, 5, (len(met), 2))
        order = rng.permutation(n)
        return cls(
            person=np.where(rng.random(n) < 0.1, UNKNOWN, person[order]),
            xy_m=xy_m[order],
            time_s=rng.random(n) * 60 * 86_400,
            text_class=np.where(rng.random(n) < 0.3, 0, rng.integers(0, n, n)),
        )


def _thrown(n: int, *, rng: np.random.Generator) -> np.ndarray:
    ground, shares = ground_and_shares("Washington")
    cell = rng.choice(ground.land_m2.size, n, p=shares["population"].ravel())
    row, column = np.divmod(cell, ground.shape[1])
    inside = rng.random((n, 2)) * ground.parameters.cell_m
    corner = np.column_stack([column, row]) * ground.parameters.cell_m
    return corner + inside + [ground.west_m, ground.south_m]


def _spots_and_world(sent: Sent, *, ground: Ground, share: np.ndarray) -> tuple[Spots, SpotsWorld]:
    rng = np.random.default_rng(2)
    on_cell = ground.cells_of(sent.xy_m).cell
    on_land = on_cell >= 0
    xy_m, on_cell = sent.xy_m[on_land], on_cell[on_land]
    who = senders(
        sent.person[on_land],
        xy_m=xy_m,
        time_s=sent.time_s[on_land],
        text_class=sent.text_class[on_land],
        parameters=PEOPLE,
    )
    spots = person_spots(xy_m, sender=who.sender, parameters=PEOPLE)
    at, xy_m = on_cell[spots.pin], xy_m[spots.pin]
    spots_each, pins_each = spots.each()
    known = {"ground": ground, "share": share}
    copying = copying_of(xy_m, same_position_m=PEOPLE.same_position_m, **known)
    world = SpotsWorld(
        anchors=anchors_of(spots_each, pins=pins_each, link_m=PEOPLE.link_m, fit=FIT, rng=rng, **known),
        copying=copying,
        link_m=PEOPLE.link_m,
        unevenness=unevenness_of(at, copying=copying, reach_m=REACH_M, fit=FIT, rng=rng, **known),
        reach_m=REACH_M,
        **known,
    )
    return Spots(at, spots.sender), world
