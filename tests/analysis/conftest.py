from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def dc_pins() -> gpd.GeoDataFrame:
    """5,592 real comments, with their duplicates, far-away points and blank lines. Who wrote is not known."""
    table = pd.read_csv(FIXTURES / "dc" / "vision_zero_pins.csv")
    return gpd.GeoDataFrame(
        {"id": table["source_id"], "contributor": None, "theme": table["category"]},
        geometry=gpd.points_from_xy(table["lon"], table["lat"]),
        crs=4326,
    )


@pytest.fixture(scope="session", params=[2002, 2013])
def vintage(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="session")
def dc_committees(vintage: int) -> gpd.GeoDataFrame:
    return gpd.read_file(FIXTURES / "dc" / f"committees_{vintage}.geojson")
