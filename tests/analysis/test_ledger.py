"""The ledger as a value: what is counted stays counted, through storing, withdrawals and later editions."""

import json
from dataclasses import replace

import pytest

from mapdialog.analysis.ledger import Ledger, Wrote
from mapdialog.analysis.release import crossed, offer
from tests.analysis.ledger_town import SECRET, make_town
from tests.analysis.test_release import LEAST, OPEN, PARAMETERS, broken, few_in

EMPTY = Ledger.empty(["a", "b"], themes=["light"], secret=SECRET)
MAY = EMPTY.with_month("may", wrote=[Wrote(1, "a", "light", "may", 2), Wrote(2, "b", "light", "may", 1)])


def test_a_closed_month_is_never_counted_anew():
    with pytest.raises(ValueError, match="closed"):
        MAY.with_month("may", wrote=[Wrote(1, "a", "light", "may", 1)])
    assert MAY.with_month("june", wrote=[]).months == ("may", "june")


@pytest.mark.parametrize(
    ("wrote", "why"),
    [
        (Wrote(1, "z", "light", "june", 1), "no piece"),
        (Wrote(1, "a", "road", "june", 1), "theme"),
        (Wrote(1, "a", "light", "may", 1), "month"),
        (Wrote(1, "a", "light", "june", 0), "one or more"),
        (Wrote(1, "a", "light", "june", 1.9), "whole number"),  # type: ignore[arg-type]
        (Wrote(1, "a", "light", "june", 2**70), "whole number"),
    ],
)
def test_what_is_no_count_is_refused(wrote: Wrote, why: str):
    with pytest.raises(ValueError, match=why):
        MAY.with_month("june", wrote=[wrote])


def test_nobody_is_in_an_atom_twice_and_a_secret_is_long():
    with pytest.raises(ValueError, match="once"):
        MAY.with_month("june", wrote=[Wrote(1, "a", "light", "june", 1)] * 2)
    with pytest.raises(ValueError, match="16"):
        Ledger.empty(["a"], themes=["light"], secret=b"short")
    with pytest.raises(ValueError, match="different names"):
        Ledger.empty(["a", "a"], themes=["light"], secret=SECRET)


def test_neither_the_secret_nor_who_wrote_is_printed():
    assert str(SECRET) not in repr(MAY)
    assert "Wrote(" not in repr(MAY)


@pytest.mark.parametrize("key", ["wrote", "entries", "secret", "least_people"])
def test_a_stored_ledger_that_was_changed_is_refused(key: str):
    """An erasure that takes a row out would make the next table name it by subtraction."""
    stored = json.loads(json.dumps(MAY.as_json()))
    changed = {"wrote": stored["wrote"][1:], "entries": [1], "secret": "00" * 16, "least_people": {"open": 2}}
    with pytest.raises(ValueError, match="changed"):
        Ledger.from_json({**stored, key: changed[key]})
    with pytest.raises(ValueError, match="version"):
        Ledger.from_json({**stored, "version": 99})


def test_stored_and_read_again_it_is_the_same():
    table = crossed({"all": ["a", "b"]}, themes={"all": ["light"]}, periods={"may": ["may"]})
    ledger = offer(
        table, ledger=MAY, audience=OPEN, with_people=True, with_zeros=True, parameters=PARAMETERS
    ).ledger
    assert len(ledger.entries) == 1
    assert Ledger.from_json(json.loads(json.dumps(ledger.as_json()))) == ledger


def test_a_later_edition_cuts_pieces_and_names_nobody_by_what_moved():
    town = make_town(7, areas=5, themes=2, months=2, comments=400, cut=1)
    core_of = {
        piece: "core" + piece.removeprefix("core").removeprefix("strip") for piece in town.ledger.pieces
    }
    merged: dict[tuple[int, str, str, str], int] = {}
    for each in town.wrote:
        atom = (each.person, core_of[each.piece], each.theme, each.month)
        merged[atom] = merged.get(atom, 0) + each.comments
    ledger = Ledger.empty(sorted(set(core_of.values())), themes=town.ledger.themes, secret=SECRET)
    for month in town.months:
        wrote = [Wrote(*atom, comments) for atom, comments in merged.items() if atom[3] == month]
        ledger = ledger.with_month(month, wrote=wrote)
    themes, until_now = {theme: [theme] for theme in ledger.themes}, {"until now": town.months}
    how = {"audience": OPEN, "with_people": False, "with_zeros": False, "parameters": PARAMETERS}
    old = crossed({piece: [piece] for piece in ledger.pieces}, themes=themes, periods=until_now)
    ledger = offer(old, ledger=ledger, **how).ledger

    parts = {core: [piece for piece, whole in core_of.items() if whole == core] for core in ledger.pieces}
    cut = ledger.with_parts(parts, wrote=town.wrote)
    new = crossed(town.after, themes=themes, periods=until_now)
    apart = offer(new, ledger=replace(cut, entries=()), **how)
    assert broken(cut, entries=[*cut.entries, *apart.entries.values()], reader=OPEN)
    after = offer(new, ledger=cut, **how).ledger
    assert sum(entry.comments is not None for entry in after.entries[len(cut.entries) :]) > 0
    assert few_in(after, LEAST[OPEN])
    assert broken(after, entries=list(after.entries), reader=OPEN) == []


def test_a_later_edition_changes_no_count():
    parts = {"a": ["a1", "a2"], "b": ["b"]}
    moved = [
        Wrote(1, "a1", "light", "may", 1),
        Wrote(1, "a2", "light", "may", 1),
        Wrote(2, "b", "light", "may", 1),
    ]
    assert MAY.with_parts(parts, wrote=moved).pieces == ("a1", "a2", "b")
    with pytest.raises(ValueError, match="what was counted"):
        MAY.with_parts(parts, wrote=moved[1:])
    with pytest.raises(ValueError, match="no piece"):
        MAY.with_parts(parts, wrote=[moved[0]._replace(piece="a")])
    for wrong, why in (
        ({"a": ["a1"]}, "needs"),
        (parts | {"b": []}, "needs"),
        (parts | {"b": ["a1"]}, "one piece"),
    ):
        with pytest.raises(ValueError, match=why):
            MAY.with_parts(wrong, wrote=moved)
