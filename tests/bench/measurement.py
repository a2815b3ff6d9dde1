"""How is measured: ours and the references by turns, so that a drifting machine drifts for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

# One repeat: does the work once and gives its figure (seconds, requests a second, …).
Repeat = Callable[[], float]
FEWEST = 3
WITHIN_S = 20


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Our figure beside a reference's. `ratio` is ours / reference, the median of the repeats' own ratios.

    Peak memory is that of our process (of the largest web worker where a server answers), program and input
    included; the database's is not counted. `met` is whether the target is reached, None without a target.
    """

    name: str
    ours: float
    unit: str
    reference: str | None = None
    reference_value: float | None = None
    ratio: float | None = None
    ratio_min: float | None = None
    ratio_max: float | None = None
    peak_memory_mb: float | None = None
    note: str = ""
    target: str = ""
    met: bool | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            name: float(f"{value:.4g}") if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Target:
    """`ratio` or `value` may be at most (or, `at_least`, must be at least) `limit`."""

    words: str
    limit: float
    of: str = "ratio"
    at_least: bool = False

    def is_met(self, *, ours: float, ratio: float | None) -> bool | None:
        figure = ratio if self.of == "ratio" else ours
        if figure is None:
            return None
        return figure >= self.limit if self.at_least else figure <= self.limit


def by_turns(contestants: Mapping[str, Repeat], *, repeats: int, warm_up: int = 1) -> dict[str, list[float]]:
    """The figures of each, repeat by repeat; who goes first changes every time.

    On a slow day it stops after WITHIN_S seconds, but has FEWEST repeats at the least.
    """
    for _ in range(warm_up):
        for repeat in contestants.values():
            repeat()
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    started = time.monotonic()
    for number in range(repeats):
        if number >= FEWEST and time.monotonic() - started > WITHIN_S:
            break
        for name in order if number % 2 == 0 else reversed(order):
            figures[name].append(contestants[name]())
    return figures


def against(
    figures: Mapping[str, list[float]],
    *,
    name: str,
    unit: str,
    reference: str | None,
    target: Target | None = None,
    scale: float = 1.0,
    **also: Any,
) -> Measurement:
    """The measurement of "ours" beside one reference; figures are multiplied by `scale` for showing."""
    ours = figures["ours"]
    shown = median(ours) * scale
    ratios = sorted(a / b for a, b in zip(ours, figures[reference], strict=True)) if reference else []
    ratio = median(ratios) if ratios else None
    return Measurement(
        name=name,
        ours=shown,
        unit=unit,
        reference=reference,
        reference_value=median(figures[reference]) * scale if reference else None,
        ratio=ratio,
        ratio_min=ratios[0] if ratios else None,
        ratio_max=ratios[-1] if ratios else None,
        target=target.words if target else "",
        met=target.is_met(ours=shown, ratio=ratio) if target else None,
        **also,
    )
