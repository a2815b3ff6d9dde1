"""What a result was made with, so that it can be made again."""

from __future__ import annotations

from dataclasses import asdict, dataclass

ANALYSIS_VERSION = "1"  # raise it whenever the same pins and parameters would give another result


@dataclass(frozen=True, kw_only=True)
class HotspotParameters:
    """The parameters of one hotspot run; distances in metres of the metric CRS."""

    metric_srid: int
    distance_m: float = 100.0  # two pins this near are neighbours
    minimum: int = 5  # pins within the distance, itself included, that make a pin core
    cell_m: float = 100.0  # side of a density cell
    bandwidth_m: float = 200.0  # standard deviation of the density kernel
    radius_cells: float = 2.0  # neighbourhood of Gi*, in cells

    def as_dict(self) -> dict[str, float | int | str]:
        """Plain values for storing, with the version of the code that ran."""
        return {**asdict(self), "analysis_version": ANALYSIS_VERSION}
