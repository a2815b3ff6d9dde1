"""One simulated consultation without a hotspot, judged as the service would: its p."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from mapdialog.analysis.evidence import EvidenceParameters, Scans, null_maxima
from mapdialog.analysis.exposure import ExposureParameters, from_all_comments
from mapdialog.analysis.ground import Ground
from mapdialog.analysis.local_excess import LocalParameters, LocalWindows
from mapdialog.analysis.null import (
    FitParameters,
    LabelsWorld,
    SpotsWorld,
    World,
    anchors_of,
    copying_of,
    unevenness_of,
)
from mapdialog.analysis.people import (
    PeopleParameters,
    PersonSpots,
    one_by_lot,
    person_spots,
)
from mapdialog.analysis.plan_conflict import Comments, one_of_each_theme
from mapdialog.analysis.relative_risk import RiskParameters, RiskTest
from mapdialog.analysis.scan import Scanner, ScanParameters
from mapdialog.analysis.silence import SilenceParameters, SilentScanner
from mapdialog.analysis.spots import Spots

from .bursts import p_of_bursts
from .conflicts import comments_about, table_of
from .consultations import HABITS, consultation
from .towns import EVEN_SHARE, ground_and_shares

RADII_M = (50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 700.0, 1000.0)
SCAN = ScanParameters(radii_m=RADII_M, least_people=5, largest_share=0.25)
LOCAL = LocalParameters(window_m=200.0, least_spots=5, small_expected=5.0, permutations=999, seed=1)
SILENCE = SilenceParameters(least_expected=5.0, level=0.05)
RISK = RiskParameters(
    bandwidth_m=400.0,
    delta_share=0.1,
    least_expected=5.0,
    least_people=5,
    level=0.05,
    pilots=49,
    replicates=199,
    seed=1,
)
PEOPLE = PeopleParameters(link_m=500.0, same_sending_m=10.0, same_sending_s=600.0, same_position_m=25.0)
FIT = FitParameters(points=4_000, deviations=(0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3), fields=12)
LEVEL = 0.05
REACH_M = 500.0  # assumed of what an exposure does not know
REPLICATES = 199  # as good a test at 0.05 as 999, and ended at the tenth that exceeds: p > 0.05 then
STOP_AFTER = 10
ONE_BY_LOT = ("silence", "relative risk")  # against an exposure they take one pin of each person
_REPLICATES_OF_PLAN = 99  # at level 0.05 as good, never ended early


@dataclass(frozen=True)
class Cell:
    """One row of the table. `against`: "own" kind of exposure, "all" comments, or another kind, wrongly."""

    town: str
    kind: str
    habits: str
    n: int
    against: str = "own"
    anchored: bool = True  # False: the first null, for comparison, see `not_anchored`
    widened: bool = True  # False: the exposure is taken as exact
    planted: tuple[float, float] | None = None  # ratio and expectation of a hotspot
    method: str = "scan"  # "grid map", "silence", "relative risk", "space-time", "plan": what looks
    days: str = ""  # of "space-time": when people write

    @property
    def is_placebo(self) -> bool:
        """A place is chosen, and nobody added."""
        return self.planted is not None and self.planted[0] == 1

    @property
    def not_anchored(self) -> str:
        """What the null does without anchors, or of times without persons."""
        return "each spot another person's" if self.method == "space-time" else "spots thrown, not anchors"

    def __str__(self) -> str:
        thrown = "" if self.anchored else f", {self.not_anchored}"
        wide = "" if self.widened else ", exposure taken as exact"
        more = f", {self.planted[0]:g}× where {self.planted[1]:g}" if self.planted else ""
        against = f"against {self.against}{thrown}{wide}{more}"
        method = "" if self.method == "scan" else f", by {self.method}"
        method += f", {self.days}" if self.days else ""
        return f"{self.town}, {self.kind}, {self.habits}, {self.n} pins, {against}{method}"


def p_of(cell: Cell, *, seed: int, run: int) -> float:
    """The p of the strongest circle, or cell, in one simulated consultation; cut off above 0.05."""
    rng = np.random.default_rng([seed, run, cell.n])
    ground, shares = ground_and_shares(cell.town)
    xy, person = consultation(ground, share=shares[cell.kind], habits=HABITS[cell.habits], n=cell.n, rng=rng)
    pins = ground.cells_of(xy)
    xy, person, on_cell = (values[pins.cell >= 0] for values in (xy, person, pins.cell))
    if cell.method == "plan":
        return _p_of_plan(cell, comments_about(xy, sender=person, rng=rng), ground=ground, rng=rng)
    if cell.against != "all" and cell.method in ONE_BY_LOT:
        lot = one_by_lot(person, pin=np.arange(len(person)), seed=int(rng.integers(2**31)))
        xy, person, on_cell = xy[lot], person[lot], on_cell[lot]
    spots = person_spots(xy, sender=person, parameters=PEOPLE)
    at = on_cell[spots.pin]
    if cell.method == "space-time":
        return p_of_bursts(
            at,
            spots=spots,
            days=cell.days,
            by_person=cell.anchored,
            ground=ground,
            replicates=REPLICATES,
            rng=rng,
        )
    if cell.against == "all":
        scanned, scanner, world = _theme(cell.town, spots=Spots(at, spots.sender), rng=rng)
    else:
        scanner = scanner_of(cell.town, cell.kind if cell.against == "own" else cell.against)
        scanned = Spots(at, spots.sender)
        world = world_of(cell, at=at, xy=xy, spots=spots, scanner=scanner, rng=rng)
    looking = _looking(cell, scanner, world=world, n=len(scanned))
    return _p(scanned, scanner=looking, world=world, seed=int(rng.integers(2**31)))


def _p_of_plan(cell: Cell, comments: Comments, *, ground: Ground, rng: np.random.Generator) -> float:
    world, spots = None, None
    if cell.against == "own":
        comments = one_of_each_theme(
            comments, pin=np.arange(len(comments.theme)), seed=int(rng.integers(2**31))
        )
        spots = person_spots(comments.xy_m, sender=comments.sender, parameters=PEOPLE)
        at = ground.cells_of(comments.xy_m).cell[spots.pin]
        scanner = scanner_of(cell.town, cell.kind)
        world = world_of(cell, at=at, xy=comments.xy_m, spots=spots, scanner=scanner, rng=rng)
    seed = int(rng.integers(2**31))
    table = table_of(comments, spots=spots, world=world, replicates=_REPLICATES_OF_PLAN, seed=seed)
    return float(table.p_anywhere.min())


def world_of(
    cell: Cell,
    *,
    at: np.ndarray,
    xy: np.ndarray,
    spots: PersonSpots,
    scanner: Scanner,
    rng: np.random.Generator,
) -> SpotsWorld:
    ground, _ = ground_and_shares(cell.town)
    each, pins_each = spots.each()
    anchors = np.ones(len(at), dtype=np.int64)
    if cell.anchored:
        anchors = anchors_of(
            each, pins=pins_each, ground=ground, share=scanner.exposure, link_m=500.0, fit=FIT, rng=rng
        )
    copying = copying_of(
        xy[spots.pin],
        ground=ground,
        share=scanner.exposure,
        same_position_m=PEOPLE.same_position_m,
    )
    return SpotsWorld(
        ground=ground,
        share=scanner.exposure,
        anchors=anchors,
        copying=copying,
        link_m=500.0,
        unevenness=_unevenness(cell, at=at, copying=copying, scanner=scanner, rng=rng),
        reach_m=REACH_M,
    )


def _looking(cell: Cell, scanner: Scanner, *, world: World, n: int) -> Scans[Spots]:
    if cell.method == "relative risk":
        ground, _ = ground_and_shares(cell.town)
        return RiskTest.of(scanner.exposure, n=n, ground=ground, world=world, parameters=RISK)
    if cell.method == "silence":
        return SilentScanner(scanner, SILENCE)
    if cell.method == "grid map":
        return LocalWindows.of(
            scanner.exposure, is_land=scanner.is_land, cell_m=scanner.cell_m, parameters=LOCAL
        )
    return scanner


def _unevenness(
    cell: Cell, *, at: np.ndarray, copying: float, scanner: Scanner, rng: np.random.Generator
) -> float:
    if not cell.widened:
        return 0.0
    ground, _ = ground_and_shares(cell.town)
    known = {"ground": ground, "share": scanner.exposure, "copying": copying}
    return unevenness_of(at, reach_m=REACH_M, fit=FIT, rng=rng, **known)


def _p(spots: Spots, *, scanner: Scans[Spots], world: World, seed: int) -> float:
    observed = scanner.greatest(spots)
    if observed == 0:
        return 1.0
    parameters = EvidenceParameters(
        level=LEVEL, replicates=REPLICATES, stop_after=STOP_AFTER, rescans=0, seed=seed
    )
    return null_maxima(world, scanner=scanner, parameters=parameters, observed=observed).p(observed)


def _theme(town: str, *, spots: Spots, rng: np.random.Generator) -> tuple[Spots, Scanner, LabelsWorld]:
    """A quarter of the persons, by lot, write of the theme and of nothing else; it is compared with all."""
    ground, _ = ground_and_shares(town)
    exposure = from_all_comments(
        spots.cell, ground=ground, parameters=ExposureParameters(even_share=EVEN_SHARE)
    )
    scanner = Scanner.of(exposure.share, is_land=ground.is_land, cell_m=100.0, parameters=SCAN)
    is_theme = (rng.random(int(spots.person.max()) + 1) < 0.25)[spots.person]
    return spots.some(is_theme), scanner, LabelsWorld(spots, is_theme)


@functools.lru_cache(maxsize=4)
def scanner_of(town: str, kind: str) -> Scanner:
    ground, shares = ground_and_shares(town)
    return Scanner.of(shares[kind], is_land=ground.is_land, cell_m=100.0, parameters=SCAN)
