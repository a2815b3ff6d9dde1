"""What it was measured on: without that no figure says anything."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import psycopg

_LIBRARIES = ("django", "psycopg", "gunicorn", "shapely", "geopandas", "numpy", "scikit-learn")
_SETTINGS = ("fsync", "synchronous_commit", "shared_buffers", "jit")


def describe() -> str:
    """Processor, cores, memory, how busy it was before, and versions."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES]
    cores = len(os.sched_getaffinity(0))
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    python = f"Python {platform.python_version()}"
    return f"{_processor()}, {cores} cores, {_memory_gb():.0f} GB, {load}; {python}, {', '.join(versions)}"


def describe_database(address: str) -> str:
    with psycopg.connect(address) as connection:
        version = connection.execute("SHOW server_version").fetchone()
        postgis = connection.execute(
            "SELECT extversion FROM pg_extension WHERE extname = 'postgis'"
        ).fetchone()
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s) ORDER BY name",
            [list(_SETTINGS)],
        )
        settings = ", ".join(f"{name} {value}" for name, value in rows)
    return f"PostgreSQL {version[0].split()[0]}, PostGIS {postgis[0] if postgis else '?'} ({settings})"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
