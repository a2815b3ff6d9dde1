"""The table of false alarms, its verdict, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from scipy import stats

from .trial import Cell

MOST, MOST_POOLED, LEAST = 0.075, 0.055, 0.02  # of false alarms, and of alarms where the null is exact
ENOUGH_RUNS = 1000  # from so many on the share itself is judged, below it what chance allows
_CHANCE = 0.005
POWER = {(5.0, 5.0): 0.95, (3.0, 10.0): 0.8}  # share of planted hotspots that must be evidence
FARTHEST_M = 100.0  # of the found ones, in the median
PLACEBOS = ((1.0, 5.0), (1.0, 10.0))
MOST_OF_PLACEBOS = 0.03  # places where nobody was added that a circle with p ≤ 0.05 overlaps


@dataclass(frozen=True)
class Row:
    """A cell and how many of its runs showed p ≤ 0.05. `judged`: False where nothing is claimed.

    `metres_off`: how far the strongest circle was from the planted one, in each run that found one.
    """

    cell: Cell
    runs: int
    alarms: int
    judged: bool = True
    metres_off: tuple[float, ...] = ()

    @property
    def share(self) -> float:
        return self.alarms / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper–Pearson, 95 %."""
        bounds = stats.binomtest(self.alarms, self.runs).proportion_ci(0.95)
        return float(bounds.low), float(bounds.high)

    @property
    def median_m(self) -> float | None:
        """Of the hotspots found, how far the middle one is from the planted one."""
        return median(self.metres_off) if self.metres_off and not self.cell.is_placebo else None

    @property
    def too_many(self) -> bool:
        if self.cell.planted and not self.cell.is_placebo:
            return False
        most, on_average = (MOST_OF_PLACEBOS,) * 2 if self.cell.is_placebo else (MOST, MOST_POOLED)
        if self.runs >= ENOUGH_RUNS:
            return self.share > most
        return float(stats.binom.sf(self.alarms - 1, self.runs, on_average)) < _CHANCE

    @property
    def too_few(self) -> bool:
        """Not won by silence: where the null is exact, the share must come near the level."""
        cell = self.cell
        least = LEAST if _is_exact(cell) else 0.0
        if cell.planted:
            least = POWER.get(cell.planted, 0.0)
        if self.runs >= ENOUGH_RUNS:
            return self.share < least
        return float(stats.binom.cdf(self.alarms, self.runs, least)) < _CHANCE

    @property
    def too_far(self) -> bool:
        """Half of the found ones may be farther off."""
        if self.median_m is None:
            return False
        if self.runs >= ENOUGH_RUNS:
            return self.median_m > FARTHEST_M
        far = sum(metres > FARTHEST_M for metres in self.metres_off)
        return float(stats.binom.sf(far - 1, len(self.metres_off), 0.5)) < _CHANCE

    @property
    def verdict(self) -> str:
        if not self.judged:
            return "not claimed"
        faults = {"TOO MANY": self.too_many, "TOO FEW": self.too_few, "TOO FAR": self.too_far}
        return next((fault for fault, is_so in faults.items() if is_so), "holds")


def _is_exact(cell: Cell) -> bool:
    plain = cell.kind == "population" and cell.habits == "one pin each" and cell.against == "own"
    return plain and cell.n >= 1000


def failed(rows: list[Row]) -> bool:
    """Whether a claim does not hold: one cell, or all of them together."""
    judged = [row for row in rows if row.judged]
    nulls = [row for row in judged if not row.cell.planted]
    runs, alarms = sum(row.runs for row in nulls), sum(row.alarms for row in nulls)
    if len(nulls) > 1 and min(row.runs for row in nulls) >= ENOUGH_RUNS:
        pooled = alarms / runs > MOST_POOLED
    else:
        pooled = runs > 0 and float(stats.binom.sf(alarms - 1, runs, MOST_POOLED)) < _CHANCE
    return pooled or any(row.verdict != "holds" for row in judged)


def markdown(rows: list[Row]) -> str:
    lines = [
        "| town | drawn by | how pins are placed | pins | compared with | runs | p ≤ 0.05 | 95 % "
        "| metres off | |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cell, (low, high) = row.cell, row.interval
        against = {"own": "the same", "all": "all comments"}.get(cell.against, cell.against)
        against += "" if cell.anchored else f"; {cell.not_anchored}"
        against += "" if cell.widened else "; taken as exact"
        against += "" if cell.method == "scan" else f"; by {cell.method}"
        against += f", {cell.days}" if cell.days else ""
        against += f"; **planted** {cell.planted[0]:g}× where {cell.planted[1]:g}" if cell.planted else ""
        what = f"| {cell.town} | {cell.kind} | {cell.habits} | {cell.n} | {against} "
        off = "–" if row.median_m is None else f"{row.median_m:.0f}"
        lines.append(f"{what}| {row.runs} | {row.share:.3f} | {low:.3f}–{high:.3f} | {off} | {row.verdict} |")
    return "\n".join(lines) + "\n"


def svg(rows: list[Row]) -> str:
    """A dot and its interval for each row, beside the level and the limit."""
    scale, left, height = 800, 540, 18 * len(rows) + 40
    size = f'width="1010" height="{height}" font-family="sans-serif"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>']
    parts.append('<rect width="100%" height="100%" fill="white"/>')
    for value, colour, anchor in ((0.05, "#555", "end"), (MOST, "#b00", "start")):
        x = left + scale * value
        parts.append(f'<path d="M{x} 20V{height}" stroke="{colour}" stroke-dasharray="4 3"/>')
        parts.append(f'<text x="{x}" y="14" font-size="11" text-anchor="{anchor}">{value}</text>')
    for number, row in enumerate(rows):
        y, (low, high) = 34 + 18 * number, row.interval
        ends = [left + scale * min(value, 0.5) for value in (low, high, row.share)]
        colour = {"holds": "#164", "not claimed": "#777"}.get(row.verdict, "#b00")
        parts.append(f'<text x="{left - 8}" y="{y + 4}" font-size="10" text-anchor="end">{row.cell}</text>')
        parts.append(f'<path d="M{ends[0]:.1f} {y}H{ends[1]:.1f}" stroke="{colour}"/>')
        parts.append(f'<circle cx="{ends[2]:.1f}" cy="{y}" r="3.5" fill="{colour}"/>')
        if row.share > 0.5:  # beyond the plot
            parts.append(f'<text x="{ends[2] + 8}" y="{y + 4}" font-size="10">{row.share:.2f} →</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
