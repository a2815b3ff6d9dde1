"""The whole result of a run as one JSON document; docs/hotspots.md describes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import shapely

from mapdialog.analysis.hotspots import AreaSummary, Hotspot
from mapdialog.hotspots.run import Outcome, density_document, ranked, statistics_of

DECIMALS = 7  # of a degree: one centimetre


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything the run found. Holds contribution ids, never texts or contributors."""
    run, result = outcome.run, outcome.result
    edition = run.boundary_edition
    return {
        "consultation": run.consultation.slug,
        "demo": run.consultation.is_demo,
        "run": run.pk,
        "finished_at": run.finished_at.isoformat(),
        "data_version": run.data_version,
        "code_version": run.code_version,
        "parameters": run.parameters,
        "boundaries": edition
        and {
            "owner": edition.layer.owner,
            "name": edition.layer.name,
            "version": edition.number,
            "valid_from": edition.begins and edition.begins.isoformat(),
            "valid_to": edition.valid_to and edition.valid_to.isoformat(),
        },
        "n": run.n,
        "n_without_place": run.n_without_place,
        "n_rough": run.n_rough,
        "n_outside": run.n_outside,
        "areas": [_area(row) for row in result.areas],
        "hotspots": [
            _hotspot(hotspot, rank=rank) for rank, hotspot in enumerate(ranked(result.hotspots), start=1)
        ],
        "density": _density(outcome),
    }


def write(outcome: Outcome, *, path: Path) -> None:
    """Write beside the target, then rename: a reader never sees half a file."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(document(outcome), file, ensure_ascii=False, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _area(row: AreaSummary) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "n": row.n,
        "n_contributors": row.n_contributors,
        "n_unknown": row.n_unknown,
        "themes": row.by_theme,
        "share": row.share,
        "land_km2": row.land_km2,
        "n_per_km2": row.n_per_km2,
    }


def _hotspot(hotspot: Hotspot, *, rank: int) -> dict[str, Any]:
    rounded = shapely.set_precision(hotspot.geometry, 10**-DECIMALS)
    return {
        "rank": rank,
        "area": hotspot.area,
        "n": hotspot.n,
        "n_contributors": hotspot.n_contributors,
        "n_unknown": hotspot.n_unknown,
        "themes": hotspot.themes,
        "centre": [round(hotspot.centre[0], DECIMALS), round(hotspot.centre[1], DECIMALS)],
        "geometry": json.loads(shapely.to_geojson(rounded)),
        "members": hotspot.member_ids,
        "core": hotspot.core_ids,
        "statistics": statistics_of(hotspot),
    }


def _density(outcome: Outcome) -> dict[str, Any]:
    if outcome.surface is None:
        return {}
    return {
        **density_document(outcome.surface, metric_srid=outcome.run.parameters["metric_srid"]),
        "values_per_km2": [[round(value, 4) for value in row] for row in outcome.surface.values.tolist()],
    }
