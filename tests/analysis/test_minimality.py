"""Cells hidden by lot: what they are good for, against readers who compute and readers who know the code."""

import pytest

from mapdialog.analysis.ledger import Audience, Cell, Ledger
from mapdialog.analysis.release import Key, Release, ReleaseParameters, crossed, offer
from tests.analysis.ledger_town import make_town
from tests.analysis.minimality_attacker import areas, suspicion
from tests.analysis.sum_attacker import SumAttacker, extreme, membership

OPEN, COMMITTEE = Audience.OPEN, Audience.COMMITTEE


def parameters(by_lot: float, *, least: int) -> ReleaseParameters:
    return ReleaseParameters(
        least_people={OPEN: least, COMMITTEE: 2}, by_lot=by_lot, most_nodes=1_000, most_seconds=600
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_is_hidden_by_lot_could_be_few_to_whoever_computes(seed: int):
    """In tables with totals, where a lone hidden cell is its total less the others; after later ones, too."""
    town = make_town(seed, areas=6, themes=4, months=1, comments=1_500)
    themes, every_theme = {theme: [theme] for theme in town.ledger.themes}, {"all": town.ledger.themes}
    everywhere, month = {"all": town.ledger.pieces}, {"month": town.months}
    tables = [
        crossed(division | everywhere, themes=themes | every_theme, periods=month)
        for division in (town.before, town.after)
    ]

    def shown(table: dict[Key, Cell], ledger: Ledger, *, by_lot: float) -> Release:
        how = {"with_people": False, "with_zeros": False, "parameters": parameters(by_lot, least=10)}
        return offer(table, ledger=ledger, audience=OPEN, **how)

    def is_hidden_alone(cell: Cell, *, by_lot: float) -> bool:
        return shown({("sole",): cell}, town.closed(), by_lot=by_lot).entries[("sole",)].comments is None

    ledger = town.closed()
    for table in tables:
        ledger = shown(table, ledger, by_lot=0.15).ledger
    attacker = SumAttacker(ledger, entries=ledger.entries, reader=OPEN)
    decoys = [
        entry
        for entry in ledger.entries
        if is_hidden_alone(entry.cell, by_lot=0.15) and not is_hidden_alone(entry.cell, by_lot=0)
    ]
    least = [
        extreme(membership(attacker.atoms, entry), constraints=attacker.constraints, sign=1)
        for entry in decoys
    ]
    assert len(least) >= 3
    assert max(least) < 10


def test_lots_make_uncertain_what_is_told_by_what_is_hidden():
    """Two areas and their total, three people are many. Without lots most of those of few are known to be."""
    plain, with_lots = (
        suspicion(
            areas("a b", pieces="ab"),
            pieces="ab",
            most=3,
            secrets=[bytes([number]) * 16 for number in range(8)],
            with_zeros=True,
            parameters=parameters(by_lot, least=3),
        )
        for by_lot in (0.0, 0.3)
    )
    assert plain.certain > 0.5 * plain.atoms
    assert with_lots.certain < 0.1 * with_lots.atoms
    assert with_lots.mean < plain.mean
