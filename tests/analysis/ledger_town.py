"""A town for the release ledger: areas whose border moved, people with homes, habits and much to say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from mapdialog.analysis.ledger import Ledger, Wrote

SECRET = b"not for anybody but the test"


@dataclass(frozen=True)
class Town:
    """`before`, `after`: the areas of two editions by their pieces. `ledger` has no closed month yet."""

    ledger: Ledger
    before: dict[str, list[str]]
    after: dict[str, list[str]]
    months: list[str]
    wrote: list[Wrote]

    def closed(self, n_months: int | None = None) -> Ledger:
        """The ledger with so many months closed; with all by default."""
        ledger = self.ledger
        for month in self.months[:n_months]:
            ledger = ledger.with_month(month, wrote=[each for each in self.wrote if each.month == month])
        return ledger


def make_town(
    seed: int,
    *,
    areas: int,
    themes: int,
    months: int,
    comments: int,
    cut: float = 0.5,
    secret: bytes = SECRET,
) -> Town:
    """`cut`: the share of areas that lost a strip to their neighbour."""
    rng = np.random.default_rng(seed)
    before = {f"b{number}": [f"core{number}"] for number in range(areas)}
    after = {f"a{number}": [f"core{number}"] for number in range(areas)}
    for number in np.flatnonzero(rng.random(areas) < cut).tolist():
        before[f"b{number}"].append(f"strip{number}")
        after[f"a{(number + 1) % areas}"].append(f"strip{number}")
    pieces = [piece for names in before.values() for piece in names]
    names = ([f"theme{number}" for number in range(themes)], [f"month{number}" for number in range(months)])
    of_piece, of_theme, of_month = (rng.dirichlet(np.ones(len(each))) for each in (pieces, *names))
    counted: Counter[tuple[int, str, str, str]] = Counter()
    person = 0
    while counted.total() < comments:
        home, then = rng.choice(pieces, p=of_piece), rng.choice(names[1], p=of_month)
        for _ in range(20 if rng.random() < 0.03 else rng.geometric(0.5)):
            piece = home if rng.random() < 0.7 else rng.choice(pieces, p=of_piece)
            month = then if rng.random() < 0.8 else rng.choice(names[1], p=of_month)
            counted[person, str(piece), str(rng.choice(names[0], p=of_theme)), str(month)] += 1
        person += 1
    wrote = [Wrote(*atom, number) for atom, number in counted.items()]
    return Town(Ledger.empty(pieces, themes=names[0], secret=secret), before, after, names[1], wrote)
