"""The measurements as a table to read."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.measurement import Measurement

_HEADS = ("name", "ours", "reference", "its figure", "ratio (min-max)", "peak memory", "target")


def table(measured: Sequence[Measurement]) -> str:
    rows = [_HEADS, *(_cells(one) for one in measured)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    notes = [f"  {one.name}: {one.note}" for one in measured if one.note]
    return "\n".join([*lines, "", *notes])


def _cells(one: Measurement) -> tuple[str, ...]:
    ratio = "-"
    if one.ratio is not None:
        ratio = f"{one.ratio:.2f} ({one.ratio_min:.2f}-{one.ratio_max:.2f})"
    told = {True: "met", False: "MISSED", None: "no figure"}[one.met]
    return (
        one.name,
        f"{one.ours:.4g} {one.unit}",
        one.reference or "-",
        f"{one.reference_value:.4g} {one.unit}" if one.reference_value is not None else "-",
        ratio,
        f"{one.peak_memory_mb:.0f} MB" if one.peak_memory_mb is not None else "-",
        f"{told}: {one.target}" if one.target else "-",
    )
