"""Makes fixtures/golden/dc_*.json by other means than the analysis: geopandas.sjoin and scikit-learn.

python -m tests.analysis.make_golden
"""

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN

FIXTURES = Path(__file__).parents[2] / "fixtures"
METRIC_SRID, DISTANCE_M, MINIMUM = 26918, 100.0, 5


def main() -> None:
    for vintage in (2002, 2013):
        golden = expected(vintage)
        path = FIXTURES / "golden" / f"dc_{vintage}.json"
        path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def expected(vintage: int) -> dict[str, object]:
    table = pd.read_csv(FIXTURES / "dc" / "vision_zero_pins.csv")
    pins = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    committees = gpd.read_file(FIXTURES / "dc" / f"committees_{vintage}.geojson")
    joined = pins.sjoin(committees.sort_values("code"), how="left", predicate="intersects")
    joined = joined.sort_values("code", kind="stable")
    joined = joined[~joined.index.duplicated()].sort_index().to_crs(METRIC_SRID)
    clusters = {
        code: core_sets(group) for code, group in joined.groupby(joined["code"].fillna(""), sort=True)
    }
    themes = joined.groupby([joined["code"].fillna(""), "category"]).size()
    return {
        "made_by": "tests/analysis/make_golden.py: geopandas.sjoin and scikit-learn's DBSCAN",
        "source": "DC Vision Zero Safety, Advisory Neighborhood Commissions; DC Open Data, CC BY 4.0",
        "parameters": {"metric_srid": METRIC_SRID, "distance_m": DISTANCE_M, "minimum": MINIMUM},
        "n": len(pins),
        "by_area": joined["code"].fillna("").value_counts().sort_index().to_dict(),
        "speeding_by_area": themes.xs("Speeding", level=1).sort_index().to_dict(),
        "hotspots_by_area": {code: len(sets) for code, sets in clusters.items() if sets},
        "core_sets": digest([members for sets in clusters.values() for members in sets]),
    }


def core_sets(group: gpd.GeoDataFrame) -> list[list[str]]:
    """The ids of each cluster's core points; which cluster a border point joins is a matter of taste."""
    xy_m = np.column_stack([group.geometry.x, group.geometry.y])
    fitted = DBSCAN(eps=DISTANCE_M, min_samples=MINIMUM).fit(xy_m)
    core = fitted.core_sample_indices_
    ids = group["source_id"].to_numpy()[core]
    return [sorted(ids[fitted.labels_[core] == label]) for label in np.unique(fitted.labels_[core])]


def digest(sets: list[list[str]]) -> str:
    return hashlib.sha256(json.dumps(sorted(sets)).encode()).hexdigest()


if __name__ == "__main__":
    main()
