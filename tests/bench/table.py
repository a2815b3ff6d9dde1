"""The measurements as a table to read."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.measurement import Measurement

_HEADS = ("name", "ours", "reference", "its figure", "ratio (min-max)", "peak memory", "target")


def table(measured: Sequence[Measurement]) -> str:
    rows = [_HEADS, *(_cells(measurement) for measurement in measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    notes = [f"  {measurement.name}: {measurement.note}" for measurement in measured if measurement.note]
    return "\n".join([*lines, "", *notes])


def _cells(measurement: Measurement) -> tuple[str, ...]:
    ratio = "-"
    if measurement.ratio is not None:
        ratio = f"{measurement.ratio:.2f} ({measurement.ratio_min:.2f}-{measurement.ratio_max:.2f})"
    verdict = {True: "met", False: "MISSED", None: "no figure"}[measurement.met]
    return (
        measurement.name,
        f"{measurement.ours:.4g} {measurement.unit}",
        measurement.reference or "-",
        f"{measurement.reference_value:.4g} {measurement.unit}"
        if measurement.reference_value is not None
        else "-",
        ratio,
        f"{measurement.peak_memory_mb:.0f} MB" if measurement.peak_memory_mb is not None else "-",
        f"{verdict}: {measurement.target}" if measurement.target else "-",
    )
