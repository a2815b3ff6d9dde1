"""Plan conflict: which themes more people raise in zones of one purpose than is expected of these zones.

A table of people by purpose and theme, against where people live, against area, or against all comments.
People are no independent throws, so a residual is there to read; what may be called is judged by the most
unusual cell anywhere in replicates of a world in which nothing is going on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from mapdialog.analysis.ground import Ground
from mapdialog.analysis.null import DealtWorld, SpotsWorld
from mapdialog.analysis.people import PersonSpots, one_by_lot
from mapdialog.analysis.plan_rows import NO_ZONE, Plan, places
from mapdialog.analysis.significance import TIE, binomial_tail, false_discovery

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ConflictParameters:
    """What may be called; nothing has a default."""

    least_people: int  # fewer are never called too many; 5
    least_expected: float  # where fewer are expected, nobody is called missing; 5
    replicates: int  # 999
    seed: int


@dataclass(frozen=True, kw_only=True)
class Comments:
    """n comments on the ground. `xy_m`: (n, 2) and `accuracy_m`: (n,) metres; the accuracy of each is known.

    `sender`: (n,) who wrote it; UNKNOWN of all whom nobody knows, who count as one person, for they may be.
    `theme`: (n,) from 0 to below `n_themes`.
    """

    xy_m: Floats
    accuracy_m: Floats
    sender: Ints
    theme: Ints
    n_themes: int


@dataclass(frozen=True)
class PlanConflict:
    """(rows of the plan, themes) each; rows: the purposes, then the border, then outside the plan.

    `people`: different persons, once in each cell. `n_zones`: in how many zones they wrote; of one zone a
    purpose says nothing. `expected`: people; `residual`: (O−E)/σ, adjusted; NaN where nothing is expected.
    `p_if_independent`, `q_if_independent`: exact, two-sided, and Benjamini–Hochberg over the table: true
    only if people were independent and the exposure exact, never a reason to call a cell. `p_anywhere`: the
    share of worlds without a conflict that have a cell as unusual anywhere; all NaN without a world.
    `n_sparse`: cells of the table that expect fewer than `least_expected`.
    """

    people: Ints
    n_zones: Ints
    expected: Floats
    residual: Floats
    p_if_independent: Floats
    q_if_independent: Floats
    p_anywhere: Floats
    n_sparse: int

    @property
    def ratio(self) -> Floats:
        """How many times as many people as expected; NaN where none are."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.expected > 0, self.people / self.expected, np.nan)


def plan_conflict(
    comments: Comments,
    *,
    plan: Plan,
    share: Floats | None,
    worlds: Ints | None,
    parameters: ConflictParameters,
) -> PlanConflict:
    """People by purpose and theme, and what is expected.

    `share`: (rows of the plan,) of an exposure by `exposed_share`, then a theme's people are expected as it
    says, and with worlds nobody may have two comments on one theme (see `one_of_each_theme`; ValueError).
    None: as all themes together lie (rows and columns independent, Haberman 1973). `worlds`: by
    `moved_worlds` for an exposure, by `dealt_worlds` for all themes; None where no probability may be
    printed (even land, or people not known), and then there is none.
    """
    is_tested = share is not None and worlds is not None
    if is_tested and len(np.unique(_sender_and_theme(comments))) < len(comments.theme):
        raise ValueError("a person has several comments on one theme: one of each, by lot, or no worlds")
    at = plan.rows(comments.xy_m, accuracy_m=comments.accuracy_m)
    people = _people(at.row, comments.theme, comments=comments, plan=plan)
    in_one = np.flatnonzero(at.zone != NO_ZONE)
    zones = np.unique([at.zone[in_one], at.row[in_one], comments.theme[in_one]], axis=1)
    n_zones = np.zeros_like(people)
    np.add.at(n_zones, (zones[1], zones[2]), 1)
    expected, residual = against_all(people) if share is None else against_share(people, share=share)
    p = anywhere = np.full(people.shape, np.nan)
    if worlds is not None:
        p = _exact(people, share=share)
        anywhere = _anywhere(people, worlds=worlds, parameters=parameters)
    n_sparse = int((expected < parameters.least_expected).sum())
    return PlanConflict(people, n_zones, expected, residual, p, false_discovery(p), anywhere, n_sparse)


def one_of_each_theme(comments: Comments, *, pin: Ints, seed: int) -> Comments:
    """One comment of each person on each theme, by lot. `pin`: (n,) a number of its own for each comment.

    What a person says on one theme is said at places near each other. Against an exposure, which knows
    nothing of that, only these are independent.
    """
    index = one_by_lot(_sender_and_theme(comments), pin=pin, seed=seed)
    return replace(
        comments,
        xy_m=comments.xy_m[index],
        accuracy_m=comments.accuracy_m[index],
        sender=comments.sender[index],
        theme=comments.theme[index],
    )


def _sender_and_theme(comments: Comments) -> Ints:
    """(n,) the same number for comments of one person on one theme."""
    return comments.sender * comments.n_themes + comments.theme


def against_all(people: Ints) -> tuple[Floats, Floats]:
    """Expected, and (O−E)/√(E(1−r)(1−c)), with r and c the shares of the row and the column.

    `people`: (rows, columns). NaN where a row or column is empty or everything. Source: Haberman 1973.
    """
    total = max(int(people.sum()), 1)
    rows, columns = people.sum(axis=1, keepdims=True) / total, people.sum(axis=0, keepdims=True) / total
    expected = total * rows * columns
    return expected, _standardised(people - expected, variance=expected * (1 - rows) * (1 - columns))


def against_share(people: Ints, *, share: Floats) -> tuple[Floats, Floats]:
    """Expected, and (O−E)/√(E(1−r)), with r the share of the exposure: known, so no column is estimated."""
    expected = share[:, None] * people.sum(axis=0)
    return expected, _standardised(people - expected, variance=expected * (1 - share[:, None]))


def dealt_worlds(comments: Comments, *, plan: Plan, parameters: ConflictParameters) -> Ints:
    """(replicates, rows, themes) people if themes were dealt out, among persons with as many comments.

    Places stay as they are. One person's themes stay together.
    """
    row = plan.rows(comments.xy_m, accuracy_m=comments.accuracy_m).row
    world = DealtWorld.of(comments.theme, person=comments.sender)
    draws = (
        world.draw(np.random.default_rng([parameters.seed, number]))
        for number in range(parameters.replicates)
    )
    return np.array([_people(row, theme, comments=comments, plan=plan) for theme in draws])


def moved_worlds(
    comments: Comments,
    *,
    spots: PersonSpots,
    world: SpotsWorld,
    ground: Ground,
    plan: Plan,
    parameters: ConflictParameters,
) -> Ints:
    """(replicates, rows, themes) people if they wrote wherever the exposure says, about what they wrote.

    `spots`: of these comments; each moves with all its comments to a place of the world, as they lie around
    it. `world`: with the anchors, copying and unevenness of these spots.
    """
    around = comments.xy_m - comments.xy_m[spots.pin[spots.spot_of_pin]]
    tables = []
    for number in range(parameters.replicates):
        rng = np.random.default_rng([parameters.seed, number])
        middle = _moved(len(spots.pin), world=world, ground=ground, rng=rng)[spots.spot_of_pin]
        xy_m = middle + around
        off = np.flatnonzero(around.any(axis=1))
        off = off[~shapely.intersects_xy(ground.land, *xy_m[off].T)]
        xy_m[off] = middle[off]  # no comment is off the ground
        row = plan.rows(xy_m, accuracy_m=comments.accuracy_m).row
        tables.append(_people(row, comments.theme, comments=comments, plan=plan))
    return np.array(tables)


def _moved(n: int, *, world: SpotsWorld, ground: Ground, rng: np.random.Generator) -> Floats:
    """(n, 2) the place of each spot. Copies in one cell are at one place, as people at one crossing are."""
    cell = world.draw(rng).cell
    cell = cell[np.arange(n) % len(cell)]  # linking makes a few more or fewer than there are
    cells, of_cell = np.unique(cell, return_inverse=True)
    common = places(cells, ground=ground, rng=rng)[of_cell]
    is_copy = rng.random(n) < world.copying
    return np.where(is_copy[:, None], common, places(cell, ground=ground, rng=rng))


def _people(row: Ints, theme: Ints, *, comments: Comments, plan: Plan) -> Ints:
    """(rows, themes) different persons in each."""
    cells = plan.n_rows * comments.n_themes
    key = np.unique(comments.sender * cells + row * comments.n_themes + theme)
    return np.bincount(key % cells, minlength=cells).reshape(plan.n_rows, comments.n_themes)


def _standardised(beyond: Floats, *, variance: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, beyond / np.sqrt(variance), np.nan)


def _anywhere(people: Ints, *, worlds: Ints, parameters: ConflictParameters) -> Floats:
    """(rows, themes) the share of worlds, this one among them, with as unusual a cell anywhere.

    How unusual: the square root of a count (of Poisson counts it varies alike), less its mean over the
    worlds, by its deviation there. So a cell in which people come in groups, or whose exposure is least
    certain, is judged by how much it varies itself (Westfall & Young 1993).
    """
    every = np.concatenate([people[None], worlds])
    root = np.sqrt(every + 3 / 8)  # Anscombe 1948
    beyond, deviation = root - root.mean(axis=0), root.std(axis=0)
    unusual = np.divide(beyond, deviation, out=np.zeros_like(root), where=deviation > 0)
    is_many = (unusual > 0) & (every >= parameters.least_people)
    is_few = (unusual < 0) & (every.mean(axis=0) >= parameters.least_expected)
    unusual = np.where(is_many | is_few, np.abs(unusual), 0.0)
    most = np.sort(unusual.max(axis=(1, 2)))
    return np.asarray((len(most) - np.searchsorted(most, unusual[0] - TIE)) / len(most))


def _exact(people: Ints, *, share: Floats | None) -> Floats:
    """(rows, themes) twice the smaller tail of a cell, at most 1; NaN where there is nothing to compare.

    Binomial against an exposure; hypergeometric against all themes (Fisher's test, a cell against the rest).
    """
    rows, columns, total = people.sum(axis=1), people.sum(axis=0), int(people.sum())
    p = np.full(people.shape, np.nan)
    for row, column in np.argwhere((rows[:, None] > 0) & (columns > 0)).tolist():
        n, of_theme = int(people[row, column]), int(columns[column])
        if share is None:
            tails = _hypergeometric(n, marked=int(rows[row]), size=of_theme, total=total)
        elif 0 < share[row] < 1:
            many = binomial_tail(n, total=of_theme, share=float(share[row]))
            tails = many, binomial_tail(of_theme - n, total=of_theme, share=1 - float(share[row]))
        else:
            continue
        p[row, column] = min(1.0, 2 * min(tails))
    return p


def _hypergeometric(n: int, *, marked: int, size: int, total: int) -> tuple[float, float]:
    """The probabilities of `n` or more, and of `n` or fewer, marked ones in a sample of this size."""
    least, most = max(0, marked + size - total), min(marked, size)
    k = np.arange(least, most)
    with np.errstate(divide="ignore"):
        steps = np.log((marked - k) * (size - k)) - np.log((k + 1) * (total - marked - size + k + 1))
    term = np.r_[0.0, np.cumsum(steps)]
    term = np.exp(term - term.max())
    term /= term.sum()
    return float(term[n - least :].sum()), float(term[: n - least + 1].sum())
