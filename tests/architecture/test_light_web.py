"""Web workers never load pandas, and do not start the server that files are read by: each costs 50 MiB."""

import subprocess
import sys

PROGRAM = """
import sys
import mapdialog.wsgi
from layers.readers import warm_server
from django.urls import get_resolver

def views(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views(pattern.url_patterns)
        else:
            yield pattern.callback

count = sum(1 for _ in views(get_resolver().url_patterns))
heavy = sorted({"pandas", "geopandas", "mapdialog.analysis"} & set(sys.modules))
heavy += ["the server of files"] * (warm_server.SERVER._server is not None)
print(count, ",".join(heavy))
"""


def test_no_address_of_the_service_loads_pandas_or_starts_a_server() -> None:
    answer = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    count, _, heavy = answer.stdout.strip().partition(" ")
    assert int(count) > 20
    assert heavy == ""
