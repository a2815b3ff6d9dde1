"""Tables offered to the release ledger of a consultation, each beside all before it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from mapdialog.analysis.ledger import Audience
from mapdialog.analysis.release import ReleaseParameters, crossed, offer
from tests.analysis.ledger_town import make_town
from tests.bench.measurement import Measurement, against, by_turns

PARAMETERS = ReleaseParameters(
    least_people={Audience.OPEN: 10, Audience.COMMITTEE: 5}, by_lot=0.02, most_nodes=1_000, most_seconds=600
)


def measure(*, full: bool) -> Iterator[Measurement]:
    """40 committees in two editions, 12 themes, 12 months: both by theme, then by month; in full one more."""
    town = make_town(1, areas=40, themes=12, months=12, comments=3_000)
    themes, months = {name: [name] for name in town.ledger.themes}, {name: [name] for name in town.months}
    everywhere, every_theme = {"all": town.ledger.pieces}, {"all": town.ledger.themes}
    until_now = {"until now": town.months}
    tables = [
        crossed(town.before | everywhere, themes=themes | every_theme, periods=until_now),
        crossed(town.after | everywhere, themes=themes | every_theme, periods=until_now),
        crossed(everywhere, themes=themes | every_theme, periods=months | until_now),
        crossed(town.after | everywhere, themes=every_theme, periods=months | until_now),
    ][: 4 if full else 3]

    def publish() -> float:
        started = time.process_time()
        ledger = town.closed()
        for table in tables:
            ledger = offer(
                table, ledger=ledger, audience=Audience.OPEN, with_people=True, with_zeros=False,
                parameters=PARAMETERS,
            ).ledger  # fmt: skip
        return time.process_time() - started

    figures = by_turns({"ours": publish}, repeats=1, warm_up=0)
    shown = f"{len(tables)} tables of {sum(map(len, tables)):,} cells"
    yield against(figures, name="ledger", unit="s", reference=None, note=shown)
