"""Worlds without a hotspot: how the person-spots would lie if nothing drew them but the exposure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from mapdialog.analysis.ground import Ground
from mapdialog.analysis.people import first_there, linked, medoids
from mapdialog.analysis.spots import Spots

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Replicate = TypeVar("Replicate", covariant=True)

_CURVE = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610)  # anchors of a person; between them, linear
_ROUNDS = 8  # of copies and chance in turn
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class FitParameters:
    """How finely a null is fitted by simulation; nothing has a default."""

    points: int  # thrown for each number of anchors; 4,000
    deviations: tuple[float, ...]  # tried, rising from 0; what is farther off is taken for the last
    fields: int  # simulated for each deviation; 12

    def __post_init__(self) -> None:
        """Raises ValueError where no curve could be made of the deviations."""
        if self.deviations[:1] != (0.0,) or list(self.deviations) != sorted(set(self.deviations)):
            raise ValueError("deviations must rise from 0")


class Draws(Protocol[Replicate]):
    """Draws replicates of what a scan takes: person-spots, or values of entries."""

    def draw(self, rng: np.random.Generator) -> Replicate:
        """What a scan takes, of one replicate."""
        ...


class World(Draws[Spots], Protocol):
    """Draws person-spots, and can leave out a part of the ground."""

    def key(self) -> str:
        """The same for worlds with the same replicates: their maxima, by one scanner and seed, are kept."""
        ...

    def without(self, cells: Ints) -> World:
        """The world less these cells and the spots in them: for a rescan beside a strong hotspot."""
        ...


@dataclass(frozen=True)
class SpotsWorld:
    """Persons throw *anchors* where the exposure says; those of one person are linked as real pins are.

    `share`: (rows, columns) of the exposure. `anchors`: (persons,) how many each throws, see `anchors_of`.
    Each spot then takes an earlier one's cell with probability `copying`, because people do meet at bus
    stops and crossings: a null without that is too narrow. And no exposure is known exactly: in each
    replicate it is off by another field, as far as the data say (`unevenness`, see `unevenness_of`).
    """

    ground: Ground
    share: Floats
    anchors: Ints
    copying: float
    link_m: float
    unevenness: float
    reach_m: float

    def draw(self, rng: np.random.Generator) -> Spots:
        """See `World`."""
        share = self.share
        if self.unevenness > 0:
            share = share * np.exp(self.unevenness * _field(self.ground, reach_m=self.reach_m, rng=rng))
        single = int((self.anchors == 1).sum())
        several = self.anchors[self.anchors > 1]
        cell = _cells(share, int(several.sum()) + single, rng=rng)
        spots = Spots.one_each(cell[:single])
        if len(several):
            pins, person = cell[single:], np.repeat(np.arange(len(several)), several)
            xy_m = _inside(pins, ground=self.ground, rng=rng)
            pin = medoids(xy_m, label=linked(xy_m, person=person, link_m=self.link_m))
            spots = Spots(np.r_[spots.cell, pins[pin]], np.r_[spots.person, single + person[pin]])
            order = rng.permutation(len(spots))
            spots = Spots(spots.cell[order], spots.person[order])
        return replace(spots, cell=_copied(spots.cell, copying=self.copying, rng=rng))

    def without(self, cells: Ints) -> SpotsWorld:
        """The rest of the ground, with as many persons as the rest is expected to hold."""
        share = self.share.copy()
        share.ravel()[cells] = 0.0
        persons = round(len(self.anchors) * float(share.sum() / self.share.sum()))
        spread = np.linspace(0, len(self.anchors) - 1, persons).round().astype(np.int64)
        return replace(self, share=share, anchors=np.sort(self.anchors)[spread])

    def key(self) -> str:
        """See `World`."""
        digest = hashlib.sha256(np.round(self.share, 12).tobytes())
        digest.update(np.bincount(self.anchors).tobytes())
        widths = (self.copying, self.link_m, self.unevenness, self.reach_m)
        digest.update(repr((self.share.shape, widths, self.ground.parameters)).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class DealtWorld:
    """Everybody stays where they wrote; what belongs to each entry is dealt out, among persons with as many.

    The values of one person go to one other person together, in their order: dealt out one by one, somebody
    who says the same at six places, or writes six on one evening, would look like six people. Who has as many
    as nobody else keeps theirs. `value`: (entries,) when, or about what. `groups`: for each number of
    entries, (persons, entries) their indexes.
    """

    value: Ints
    groups: tuple[Ints, ...]

    @classmethod
    def of(cls, value: Ints, *, person: Ints) -> DealtWorld:
        """`value`, `person`: (entries,); the order of one person's entries is kept."""
        order = np.argsort(person, kind="stable").astype(np.int64)
        _, entries = np.unique(person, return_counts=True)
        starts = np.cumsum(entries) - entries
        sizes = np.unique(entries).tolist()
        return cls(value, tuple(order[starts[entries == size][:, None] + np.arange(size)] for size in sizes))

    def draw(self, rng: np.random.Generator) -> Ints:
        """(entries,) the value of each in one replicate."""
        dealt = self.value.copy()
        for members in self.groups:
            dealt[members] = self.value[members[rng.permutation(len(members))]]
        return dealt


@dataclass(frozen=True)
class LabelsWorld:
    """Spots stay where they are; persons with equally many spots swap which of theirs are the theme's.

    A person who always writes of one theme has all spots of it, in every replicate: where labels are dealt
    out spot by spot, one person with many spots near each other is evidence alone. So what is chance is who
    writes of the theme, and not where one of them goes on.
    """

    spots: Spots  # all person-spots on the ground
    is_theme: npt.NDArray[np.bool_]  # (spots,)

    @cached_property
    def _dealt(self) -> DealtWorld:
        return DealtWorld.of(self.is_theme.astype(np.int64), person=self.spots.person)

    def draw(self, rng: np.random.Generator) -> Spots:
        """See `World`."""
        return self.spots.some(self._dealt.draw(rng) == 1)

    def without(self, cells: Ints) -> LabelsWorld:
        """The spots elsewhere, with those of the theme among them."""
        rest = ~np.isin(self.spots.cell, cells)
        return LabelsWorld(self.spots.some(rest), self.is_theme[rest])

    def key(self) -> str:
        """See `World`."""
        _, index = np.unique(self.spots.person, return_inverse=True)
        digest = hashlib.sha256(self.spots.cell.tobytes())
        digest.update(index.tobytes() + self.is_theme.tobytes())
        return digest.hexdigest()


def anchors_of(
    spots: Ints,
    *,
    pins: Ints,
    ground: Ground,
    share: Floats,
    link_m: float,
    fit: FitParameters,
    rng: np.random.Generator,
) -> Ints:
    """(persons,) how many anchors each must throw to get as many spots, on average, as he or she has.

    In a dense town distant pins of one person are linked too, so twenty pins give fewer spots there than in
    the country. Spots thrown without that would expect too many in town and find "hotspots" around it.
    `spots`, `pins`: (persons,). Never fewer than the spots. Who has more spots than others of as many pins
    throws more, up to twice the pins: a limit at the pins themselves would throw too few on average.
    """
    most = int(spots.max(initial=1))
    numbers, means = [1], [1.0]
    for number in _CURVE[1:]:
        if means[-1] >= most or number > int(pins.max(initial=1)) * 2:
            break
        persons = max(fit.points // number, 4)
        cell = _cells(share, persons * number, rng=rng)
        person = np.repeat(np.arange(persons), number)
        label = linked(_inside(cell, ground=ground, rng=rng), person=person, link_m=link_m)
        numbers.append(number)
        means.append(max((int(label.max()) + 1) / persons, means[-1] + 1e-9))
    thrown = np.rint(np.interp(spots, means, numbers, right=np.inf))
    return np.asarray(np.clip(thrown, spots, np.where(pins > 1, 2 * pins, 1)), dtype=np.int64)


def copying_of(xy_m: Floats, *, ground: Ground, share: Floats, same_position_m: float) -> float:
    """How often a spot lies at an earlier one's position, beyond what chance brings together; 0 to 1.

    `xy_m`: (spots, 2). "At": within `same_position_m`, since two fingers never meet one corner exactly. By
    chance, of N spots of which a share s lies on a cell's land A, the expected part of those that come to lie
    within the area a of an earlier one is 1 − (1 − exp(−λ))/λ, with λ = N s a / A and N those that are not
    copies.
    """
    if len(xy_m) == 0:
        return 0.0
    there = 1.0 - float(first_there(xy_m, same_position_m=same_position_m).mean())
    on_land = share > 0
    likely = share[on_land]
    met_by_all = len(xy_m) * likely * np.pi * same_position_m**2 / np.maximum(ground.land_m2[on_land], 1.0)
    copying = 0.0
    for _ in range(_ROUNDS):
        met = met_by_all * (1.0 - copying) + _ROUNDING
        by_chance = float((likely * (1.0 + np.expm1(-met) / met)).sum())
        copying = min(max((there - by_chance) / (1.0 - by_chance), 0.0), 1.0)
    return copying


def unevenness_of(
    cell: Ints,
    *,
    copying: float,
    ground: Ground,
    share: Floats,
    reach_m: float,
    fit: FitParameters,
    rng: np.random.Generator,
) -> float:
    """How far the exposure is off: the standard deviation of the logarithm of a field; 0 where it is right.

    `cell`: (spots,). `copying`: see `copying_of`. Over squares of twice the reach, (Σ(O−E)² − chance)/ΣE² is
    what is uneven beyond chance and copies; the answer is the field that gives as much on this exposure, by
    simulation. The reach is an assumption: what reaches less far looks like hotspots, and no data can tell
    them apart.
    """
    if len(cell) == 0:
        return 0.0
    side = max(round(2 * reach_m / ground.parameters.cell_m), 1)
    expected = _blocks(share, side=side)
    n = _blocks(np.bincount(cell, minlength=share.size).reshape(share.shape).astype(np.float64), side=side)
    mean = len(cell) * expected
    beyond = float((((n - mean) ** 2).sum() - _copies_squared(len(cell), copying=copying)) / (mean**2).sum())
    fields = [_field(ground, reach_m=reach_m, rng=rng) for _ in range(fit.fields)]
    curve = []
    for deviation in fit.deviations:
        worlds = [share * np.exp(deviation * field) for field in fields]
        off = [_blocks(world / world.sum(), side=side) - expected for world in worlds]
        curve.append(float(np.mean([(each**2).sum() for each in off]) / (expected**2).sum()))
    return float(np.interp(beyond, np.maximum.accumulate(curve), fit.deviations))


def _copies_squared(n: int, *, copying: float) -> float:
    """Of n spots, each of which copies an earlier one with this probability, the expected Σ c² of originals.

    `c`: how many lie where an original lies, itself among them. Without copies n, the variance of a Poisson
    count; each further spot adds 1, and twice c where it copies: S(n+1) = S(n) (1 + 2d/n) + 1.
    """
    twice = 2.0 * copying if abs(2.0 * copying - 1.0) > _ROUNDING else 1.0 - _ROUNDING
    growth = np.exp(gammaln(n + twice) - gammaln(n) - gammaln(1.0 + twice))
    return float((n - twice * growth) / (1.0 - twice))


def _blocks(values: Floats, *, side: int) -> Floats:
    rows, columns = (-(-length // side) * side for length in values.shape)
    whole = np.zeros((rows, columns))
    whole[: values.shape[0], : values.shape[1]] = values
    return np.asarray(whole.reshape(rows // side, side, columns // side, side).sum(axis=(1, 3)))


def _field(ground: Ground, *, reach_m: float, rng: np.random.Generator) -> Floats:
    """(rows, columns) a Gaussian field of variance 1: noise smoothed by a Gaussian kernel."""
    rows, columns = ground.shape
    reach = reach_m / ground.parameters.cell_m
    margin = int(np.ceil(3 * reach))  # the transform joins the edges
    noise = np.fft.rfft2(rng.normal(size=(rows + margin, columns + margin)))
    up, right = np.fft.fftfreq(rows + margin)[:, None], np.fft.rfftfreq(columns + margin)[None]
    smooth = np.exp(-2 * (np.pi * reach) ** 2 * (up**2 + right**2))
    field = np.fft.irfft2(noise * smooth, s=(rows + margin, columns + margin))
    return np.asarray(field[:rows, :columns] / field.std())


def _cells(share: Floats, n: int, *, rng: np.random.Generator) -> Ints:
    running = np.cumsum(share.ravel())
    return np.asarray(np.searchsorted(running, rng.random(n) * running[-1], side="right"), dtype=np.int64)


def _inside(cell: Ints, *, ground: Ground, rng: np.random.Generator) -> Floats:
    row, column = np.divmod(cell, ground.shape[1])
    return np.asarray(
        (np.column_stack([column, row]) + rng.random((len(cell), 2))) * ground.parameters.cell_m
    )


def _copied(cell: Ints, *, copying: float, rng: np.random.Generator) -> Ints:
    """Each takes an earlier one's cell with this probability; copies of copies too."""
    if copying <= 0 or len(cell) < 2:
        return cell
    source = np.arange(len(cell))
    copies = 1 + np.flatnonzero(rng.random(len(cell) - 1) < copying)
    source[copies] = (rng.random(len(copies)) * copies).astype(np.int64)
    while (source[source] != source).any():
        source = source[source]
    return np.asarray(cell[source])
