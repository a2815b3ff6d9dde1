"""The last run in words and numbers a page can show: hotspots, and the table by committee."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.geometry import counter_clockwise
from layers.models import Population
from layers.population import current
from layers.questions import land
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import translated
from mapdialog.hotspots.claim import Claim
from mapdialog.hotspots.models import Hotspot, Run
from mapdialog.hotspots.names import hotspot_name
from mapdialog.planner.hotspot_words import comparison, people

# Of fewer inhabitants a rate says nothing: one contribution more or less would turn it over.
FEWEST_INHABITANTS = 100


@dataclass(frozen=True)
class AreaRow:
    """One line of the table; `code` None collects what lies outside every committee."""

    code: str | None
    name: str
    n: int
    n_contributors: int
    n_unknown: int
    area_km2: float | None
    themes: list[tuple[str, int]]
    inhabitants: int | None = None

    @property
    def per_km2(self) -> float | None:
        return self.n / self.area_km2 if self.area_km2 else None

    @property
    def per_thousand(self) -> float | None:
        """Contributions per 1,000 inhabitants; None where nobody knows how many live there, or too few do."""
        if self.inhabitants is None or self.inhabitants < FEWEST_INHABITANTS:
            return None
        return self.n / self.inhabitants * 1_000


def area_rows(run: Run, *, language: str) -> list[AreaRow]:
    """The table by committee, by code, the outside last. Six queries."""
    people = current.of_areas(run.boundary_edition) if run.boundary_edition else {}
    names = theme_names(run.consultation, language=language)
    rows = [
        AreaRow(
            code=row.area.code if row.area else None,
            name=row.area.name if row.area else "",
            n=row.n,
            n_contributors=row.n_contributors,
            n_unknown=row.n_unknown,
            area_km2=row.area_km2,
            inhabitants=people.get(row.area_id) if row.area_id else None,
            # jsonb keeps no order
            themes=sorted(
                ((names.get(key, key), n) for key, n in row.themes.items()),
                key=lambda themed: (-themed[1], themed[0]),
            ),
        )
        for row in run.summaries.select_related("area")
    ]
    return sorted(rows, key=lambda row: (row.code is None, row.code or ""))


def figures_of(run: Run) -> Population | None:
    """The figures that the table's inhabitants are from: the newest of the run's boundaries."""
    return current.figures_of(run.boundary_edition) if run.boundary_edition else None


def water_is_known(run: Run) -> bool:
    """Whether the run's density is of land, or of the whole area for want of anything better."""
    on = run.consultation.municipality.day(run.finished_at)
    return bool(land.water_editions(run.consultation.municipality.code, on=on))


def hotspots_geojson(run: Run, *, language: str) -> dict[str, Any]:
    """The run's hotspots as a FeatureCollection (EPSG:4326), each in words. Two queries.

    Those that claim something come first, each kind by size; `rank` is the position in this order, also where
    the run is from a time that ranked by size alone.
    """
    names = theme_names(run.consultation, language=language)
    spots = sorted(run.hotspots.select_related("area"), key=lambda spot: (Claim.of(spot).is_quiet, spot.rank))
    features = [_feature(spot, rank=rank, names=names) for rank, spot in enumerate(spots, start=1)]
    return {"type": "FeatureCollection", "features": features}


def theme_names(consultation: Consultation, *, language: str) -> dict[str, str]:
    return {theme.key: translated(theme.name, language) or theme.key for theme in consultation.themes.all()}


def _feature(spot: Hotspot, *, rank: int, names: dict[str, str]) -> dict[str, Any]:
    area_name = spot.area.name if spot.area else ""
    return {
        "type": "Feature",
        "id": rank,
        "geometry": _rounded(spot.geom.coords, geometry_type=spot.geom.geom_type),
        "properties": {
            "rank": rank,
            "name": hotspot_name(spot.name, area_name=area_name),
            "area": spot.area and {"code": spot.area.code, "name": area_name},
            "n": spot.n,
            "themes": [{**theme, "name": names.get(theme["key"], theme["key"])} for theme in spot.themes],
            "centre": [spot.centre.x, spot.centre.y],
            "people": people(spot),
            "comparison": comparison(spot),
            "isQuiet": Claim.of(spot).is_quiet,
        },
    }


def _rounded(coordinates: Any, *, geometry_type: str) -> dict[str, Any]:
    """GeoJSON with six decimals, a tenth of a metre."""

    def rounded(value: Any) -> Any:
        return round(value, 6) if isinstance(value, float) else [rounded(part) for part in value]

    return counter_clockwise({"type": geometry_type, "coordinates": rounded(coordinates)})
