"""What the people of a simulated consultation write about, whatever the place; and the plan table."""

from __future__ import annotations

import functools

import geopandas as gpd
import numpy as np

from mapdialog.analysis.null import SpotsWorld
from mapdialog.analysis.people import PersonSpots
from mapdialog.analysis.plan_conflict import (
    Comments,
    ConflictParameters,
    PlanConflict,
    dealt_worlds,
    moved_worlds,
    plan_conflict,
)
from mapdialog.analysis.plan_rows import NO_PURPOSE, Plan, exposed_share
from mapdialog.analysis.project import metric_geometries

from .towns import FIXTURES, SOURCES

N_THEMES, FAITHFUL = 8, 0.8  # share of a person's comments that are about his or her own theme
_ACCURACIES_M = (5.0, 15.0, 30.0)
_SAMPLE = 50_000


@functools.cache
def washington() -> Plan:
    """The planned land use of 2006."""
    frame = gpd.read_file(FIXTURES / "dc" / "planned_land_use_2006.geojson")
    codes = sorted(set(frame["code"].dropna()))
    purpose = np.array([codes.index(code) if code in codes else NO_PURPOSE for code in frame["code"]])
    zones = metric_geometries(np.array(frame.geometry, dtype=object), metric_srid=SOURCES["Washington"].srid)
    return Plan.of(zones, purpose=purpose, n_purposes=len(codes))


def comments_about(xy: np.ndarray, *, sender: np.ndarray, rng: np.random.Generator) -> Comments:
    """Everybody has a theme of his or her own and writes about it mostly, wherever. `sender`: (n,) from 0."""
    common = rng.dirichlet(np.full(N_THEMES, 2.0))
    own = rng.choice(N_THEMES, int(sender.max()) + 1, p=common)[sender]
    other = rng.choice(N_THEMES, len(sender), p=common)
    return Comments(
        xy_m=xy,
        accuracy_m=rng.choice(_ACCURACIES_M, len(sender)),
        sender=sender,
        theme=np.where(rng.random(len(sender)) < FAITHFUL, own, other),
        n_themes=N_THEMES,
    )


def table_of(
    comments: Comments,
    *,
    spots: PersonSpots | None,
    world: SpotsWorld | None,
    replicates: int,
    seed: int,
) -> PlanConflict:
    """Against where people live, or without a world against all themes."""
    parameters = ConflictParameters(least_people=5, least_expected=5.0, replicates=replicates, seed=seed)
    plan = washington()
    if world is None or spots is None:
        worlds = dealt_worlds(comments, plan=plan, parameters=parameters)
        return plan_conflict(comments, plan=plan, share=None, worlds=worlds, parameters=parameters)
    ground = world.ground
    worlds = moved_worlds(comments, spots=spots, world=world, ground=ground, plan=plan, parameters=parameters)
    share = exposed_share(
        world.share, accuracy_m=comments.accuracy_m, ground=ground, plan=plan, sample=_SAMPLE, seed=seed
    )
    return plan_conflict(comments, plan=plan, share=share, worlds=worlds, parameters=parameters)
