"""Web workers never load pandas: it would cost each 50 MiB and up to a second."""

import subprocess
import sys

PROGRAM = """
import sys
import mapdialog.wsgi
from django.urls import get_resolver

def views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback

count = sum(1 for _ in views(get_resolver().url_patterns))
heavy = sorted({"pandas", "geopandas", "mapdialog.analysis"} & set(sys.modules))
print(count, ",".join(heavy))
"""


def test_no_address_of_the_service_loads_pandas() -> None:
    answer = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    count, _, heavy = answer.stdout.strip().partition(" ")
    assert int(count) > 20
    assert heavy == ""
