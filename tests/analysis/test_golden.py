"""The whole run on real comments, against files made by other means (make_golden.py)."""

import json
from collections import Counter

from mapdialog.analysis.hotspots import find_hotspots

from .conftest import FIXTURES
from .make_golden import digest


def test_real_comments_gather_where_other_tools_say(dc_pins, dc_committees, vintage):
    golden = json.loads((FIXTURES / "golden" / f"dc_{vintage}.json").read_text(encoding="utf-8"))
    result = find_hotspots(dc_pins, areas=dc_committees, **golden["parameters"])
    by_area = {row.code or "": row for row in result.areas}
    assert {code: row.n for code, row in by_area.items() if row.n} == golden["by_area"]
    assert {
        code: row.by_theme["Speeding"] for code, row in by_area.items() if "Speeding" in row.by_theme
    } == golden["speeding_by_area"]
    assert Counter(hotspot.area or "" for hotspot in result.hotspots) == golden["hotspots_by_area"]
    assert digest([sorted(hotspot.core_ids) for hotspot in result.hotspots]) == golden["core_sets"]
    assert not any(hotspot.geometry.interiors for hotspot in result.hotspots)
    assert sum(row.n for row in result.areas) == golden["n"]
