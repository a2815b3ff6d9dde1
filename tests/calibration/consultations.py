"""Simulated consultations in which nothing is going on, and how people really place pins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from mapdialog.analysis.ground import Ground

from .towns import EVEN_SHARE

_TRIED = 24


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How the people of a consultation place pins."""

    heavy: str = ""  # "anywhere" or "home": a share of the people have 20 pins
    heavy_share: float = 0.05
    pins_each: int = 20
    home_m: float = 250.0
    where_people_live: bool = False  # those around home too: the nearer, and the more people, the likelier
    grid_m: float = 0.0  # positions are snapped to it
    copied: float = 0.0  # share of the pins that take another's position
    couples: float = 0.0  # share of the people who live where the one before lives
    households: int = 1  # so many live together, and each says where within `within_m` (σ)
    within_m: float = 0.0
    away_m: float = 0.0  # σ of how far from home each pin lies, whatever is there
    unknown_m: float = 0.0  # reach of what the exposure does not know
    unknown_log: float = 0.0  # its standard deviation, as a logarithm


HABITS = {
    "one pin each": Habits(),
    "heavy writers anywhere": Habits(heavy="anywhere"),
    "heavy writers at home": Habits(heavy="home"),
    "heavy writers around home (σ 1 km)": Habits(heavy="home", home_m=1000.0),
    "everybody four around home (σ 1 km)": Habits(heavy="home", heavy_share=1.0, pins_each=4, home_m=1000.0),
    "a tenth copied": Habits(copied=0.1),
    "snapped to 50 m": Habits(grid_m=50.0),
    "snapped, a tenth copied": Habits(grid_m=50.0, copied=0.1),
    "everybody four places": Habits(heavy="anywhere", heavy_share=1.0, pins_each=4),
    "everybody four around home (σ 800 m)": Habits(
        heavy="home", heavy_share=1.0, pins_each=4, home_m=800.0, where_people_live=True
    ),
    "a fifth in couples": Habits(couples=0.2),
    "households of three, 10 m apart": Habits(households=3, within_m=10.0),
    "one pin each, σ 75 m from home": Habits(away_m=75.0),
    "one pin each, σ 800 m from home": Habits(away_m=800.0),
    "exposure off by 20 %": Habits(unknown_m=500.0, unknown_log=0.2),
    "exposure off by 50 %": Habits(unknown_m=500.0, unknown_log=0.5),
}


def consultation(
    ground: Ground, *, share: np.ndarray, habits: Habits, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(n, 2) metres and (n,) persons. `share`: (rows, columns) of an exposure, its even part taken off."""
    weight = np.maximum(share - EVEN_SHARE * ground.land_m2 / ground.land_m2.sum(), 0.0)
    if habits.unknown_log:
        weight = weight * np.exp(habits.unknown_log * _field(ground, reach_m=habits.unknown_m, rng=rng))
    person = _persons(n, habits)
    xy = _placed(ground, weight=weight, n=n, rng=rng)
    if habits.heavy == "home":
        pins = np.bincount(person)
        home = np.flatnonzero(np.r_[True, person[1:] != person[:-1]])[person]
        at_home = pins[person] > 1
        xy[at_home] = _around(
            xy[home[at_home]],
            ground=ground,
            weight=weight if habits.where_people_live else None,
            habits=habits,
            rng=rng,
        )
    if habits.away_m:
        xy = xy + rng.normal(0, habits.away_m, xy.shape)
    if habits.households > 1:
        household = person // habits.households
        xy = xy[np.searchsorted(household, household)] + rng.normal(0, habits.within_m, xy.shape)
    second = 1 + np.flatnonzero(rng.random(n - 1) < habits.couples)
    xy[second] = xy[second - 1]
    if habits.grid_m:
        xy = np.round(xy / habits.grid_m) * habits.grid_m
    copies = np.flatnonzero(rng.random(n) < habits.copied)
    xy[copies] = xy[rng.integers(0, n, len(copies))]
    return xy, person


def _persons(n: int, habits: Habits) -> np.ndarray:
    if not habits.heavy:
        return np.arange(n)
    people = n / (1 + habits.heavy_share * (habits.pins_each - 1))
    heavy = round(habits.heavy_share * people)
    single = max(n - heavy * habits.pins_each, 0)
    return np.r_[np.arange(single), single + np.arange(n - single) // habits.pins_each]


def _around(
    home: np.ndarray, *, ground: Ground, weight: np.ndarray | None, habits: Habits, rng: np.random.Generator
) -> np.ndarray:
    """(n, 2) one pin around each home; with `weight`, of many tried one where it is likely."""
    if weight is None:
        return home + rng.normal(0, habits.home_m, home.shape)
    tried = home[:, None] + rng.normal(0, habits.home_m, (len(home), _TRIED, 2))
    cell = ground.cells_of(tried.reshape(-1, 2)).cell.reshape(len(home), _TRIED)
    likely = np.where(cell >= 0, weight.ravel()[np.maximum(cell, 0)], 0.0)
    running = np.cumsum(likely, axis=1)
    chosen = (running <= rng.random(len(home))[:, None] * running[:, -1:]).sum(axis=1)
    pin = tried[np.arange(len(home)), np.minimum(chosen, _TRIED - 1)]
    return np.where(running[:, -1:] > 0, pin, home)  # nowhere around is likely: at home


def _placed(ground: Ground, *, weight: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Evenly over the land of cells drawn by their weight."""
    running = np.cumsum(weight.ravel())
    cell = np.searchsorted(running, rng.random(n) * running[-1], side="right")
    row, column = np.divmod(cell, ground.shape[1])
    corner = np.column_stack([ground.west_m + column * 100.0, ground.south_m + row * 100.0])
    xy = corner + 50.0
    astray = np.arange(n)
    for _ in range(30):
        xy[astray] = corner[astray] + 100.0 * rng.random((len(astray), 2))
        astray = astray[~shapely.intersects_xy(ground.land, *xy[astray].T)]
    return xy


def _field(ground: Ground, *, reach_m: float, rng: np.random.Generator) -> np.ndarray:
    """(rows, columns) a Gaussian field of variance 1: noise smoothed over `reach_m`."""
    noise = np.fft.rfft2(rng.normal(size=ground.shape))
    up = np.fft.fftfreq(ground.shape[0])[:, None]
    right = np.fft.rfftfreq(ground.shape[1])[None]
    smooth = np.exp(-2 * (np.pi * reach_m / ground.parameters.cell_m) ** 2 * (up**2 + right**2))
    field = np.fft.irfft2(noise * smooth, s=ground.shape)
    return np.asarray(field / field.std())
