"""The release ledger under attack: filters, two editions, months, themes and audiences."""

import json
import math
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mapdialog.analysis.feasible import Outcome
from mapdialog.analysis.ledger import Audience, Cell, Entry, Ledger, Wrote
from mapdialog.analysis.release import Key, Release, ReleaseParameters, crossed, offer
from tests.analysis.ledger_town import SECRET, Town, make_town
from tests.analysis.sum_attacker import Atom, PeopleAttacker, SumAttacker

OPEN, COMMITTEE = Audience.OPEN, Audience.COMMITTEE
LEAST = {OPEN: 10, COMMITTEE: 5}
PARAMETERS = ReleaseParameters(least_people=LEAST, by_lot=0.02, most_nodes=1_000, most_seconds=600)
Table = dict[Key, Cell]


def offered(table: Table, ledger: Ledger, **how: Any) -> Release:
    usual = {"audience": OPEN, "with_people": False, "with_zeros": True, "parameters": PARAMETERS}
    return offer(table, ledger=ledger, **(usual | how))


def few_in(ledger: Ledger, least: int) -> list[Atom]:
    """The atoms of 1 to `least` - 1 people."""
    people: dict[Atom, set[int]] = {}
    for each in ledger.wrote:
        people.setdefault(each[1:4], set()).add(each.person)
    return [atom for atom, who in people.items() if len(who) < least]


def broken(ledger: Ledger, *, entries: list[Entry], reader: Audience) -> list[Atom]:
    """The atoms of few people that the attacker knows to have fewer than there must be, or more than one."""
    attacker = SumAttacker(ledger, entries=entries, reader=reader)
    intervals = {atom: attacker.interval(atom) for atom in few_in(ledger, LEAST[reader])}
    return [atom for atom, (low, high) in intervals.items() if not low <= 1 < LEAST[reader] <= high]


def tables(town: Town, *, n_months: int) -> list[Table]:
    """Divisions of two editions, by theme, by month, up to now; one theme alone, one area alone."""
    months, themes = town.months[:n_months], {theme: [theme] for theme in town.ledger.themes}
    each_month, until_now = {month: [month] for month in months}, {"until now": months}
    everywhere, every_theme = {"all": town.ledger.pieces}, {"all": town.ledger.themes}
    return [
        crossed(town.before | everywhere, themes=themes | every_theme, periods=until_now),
        crossed(town.after | everywhere, themes=themes | every_theme, periods=until_now),
        crossed(everywhere, themes=themes | every_theme, periods=each_month | until_now),
        crossed(town.after, themes=every_theme, periods=each_month | until_now),
        crossed(town.before, themes={"first": town.ledger.themes[:1]}, periods=each_month),
        crossed({"first": town.after["a0"]}, themes=themes | every_theme, periods=each_month | until_now),
    ]


def offers(town: Town, *, seed: int) -> Iterator[tuple[int, Table, dict[str, Any]]]:
    """As a consultation goes on: how many months are closed, a table, and how it is offered."""
    rng = np.random.default_rng(seed)
    for n_months in range(1, len(town.months) + 1):
        choices = tables(town, n_months=n_months)
        for number in rng.permutation(len(choices))[:3].tolist():
            audience = OPEN if rng.random() < 0.6 else COMMITTEE
            with_people, with_zeros = (rng.random(2) < 0.5).tolist()
            how = {"audience": audience, "with_people": with_people, "with_zeros": with_zeros}
            yield n_months, choices[number], how


def town_of(seed: int) -> Town:
    return make_town(
        seed, areas=3 + seed % 4, themes=2 + seed % 2, months=1 + seed % 3, comments=100 + 80 * seed
    )


def published(town: Town, *, seed: int) -> Ledger:
    ledger = town.ledger
    for n_months, table, how in offers(town, seed=seed):
        for month in town.months[len(ledger.months) : n_months]:
            ledger = ledger.with_month(month, wrote=[each for each in town.wrote if each.month == month])
        ledger = offered(table, ledger, **how).ledger
        ledger = Ledger.from_json(json.loads(json.dumps(ledger.as_json())))
    return ledger


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_atom_of_few_people_is_known_as_such_whatever_was_published(seed: int):
    ledger = published(town_of(seed), seed=seed)
    assert few_in(ledger, LEAST[COMMITTEE])
    assert sum(bool(entry.comments) for entry in ledger.entries) >= 5
    for reader in Audience:
        assert broken(ledger, entries=list(ledger.entries), reader=reader) == []


def test_the_same_tables_released_apart_are_broken_by_the_same_attacker():
    n_broken = dict.fromkeys(Audience, 0)
    for seed in range(1, 6):
        town = town_of(seed)
        entries: list[Entry] = []
        for n_months, table, how in offers(town, seed=seed):
            entries += offered(table, town.closed(n_months), **how).entries.values()
        for reader in Audience:
            n_broken[reader] += len(broken(town.closed(), entries=entries, reader=reader))
    assert min(n_broken.values()) > 5


FEW = {OPEN: 3, COMMITTEE: 2}


def broken_groups(ledger: Ledger, *, reader: Audience) -> int:
    """Atoms, and groups that known numbers of people tell apart, of few people and known to be."""
    attacker = PeopleAttacker(ledger, entries=ledger.entries, reader=reader, least_people=FEW)
    wrote_in = {person: np.zeros(len(attacker.atoms), dtype=int) for person, *_ in ledger.wrote}
    for each in ledger.wrote:
        wrote_in[each.person][attacker.atoms.index(each[1:4])] = 1
    apart = attacker.distinguished()
    groups = [attacker.profiles[:, number] for number in range(len(attacker.atoms))]
    groups += [(apart == profile).all(axis=1) for profile in np.unique(apart[apart.any(axis=1)], axis=0)]
    number_of = {profile.tobytes(): number for number, profile in enumerate(attacker.profiles)}
    profiles = [number_of[profile.tobytes()] for profile in wrote_in.values()]
    few = [group for group in groups if 0 < np.asarray(group)[profiles].sum() < FEW[reader]]
    return sum(attacker.most_people(np.asarray(group)) < FEW[reader] for group in few)


def of_two_areas(seed: int) -> Ledger:
    """Two areas, two themes; all tables with people."""
    town = make_town(seed, areas=2, themes=2, months=1, comments=10 + 3 * seed)
    ledger = town.closed()
    parameters = replace(PARAMETERS, least_people=FEW)
    for number, table in enumerate(tables(town, n_months=1)[:3]):
        audience = COMMITTEE if (seed + number) % 3 == 0 else OPEN
        ledger = offered(table, ledger, audience=audience, with_people=True, parameters=parameters).ledger
    return ledger


def with_all_people(ledger: Ledger) -> Ledger:
    """The same, with the number of people in every cell that is shown."""

    def people(cell: Cell) -> int:
        inside = [all(n in names for n, names in zip(e[1:4], cell.axes(), strict=True)) for e in ledger.wrote]
        return len({each.person for each, is_inside in zip(ledger.wrote, inside, strict=True) if is_inside})

    entries = (e if e.comments is None else replace(e, people=people(e.cell)) for e in ledger.entries)
    return replace(ledger, entries=tuple(entries))


def test_numbers_of_people_tell_no_group_of_few_people_either():
    ledgers = [of_two_areas(seed) for seed in range(5)]
    assert sum(bool(entry.people) for ledger in ledgers for entry in ledger.entries) > 8
    assert not any(broken_groups(ledger, reader=reader) for ledger in ledgers for reader in Audience)
    assert sum(broken_groups(with_all_people(ledger), reader=OPEN) for ledger in ledgers) > 2


def of_atoms(*wrote: tuple[str, str, str, int]) -> Ledger:
    """A ledger in which of each piece, theme and month so many people wrote once."""
    counted = [(piece, theme, month) for piece, theme, month, people in wrote for _ in range(people)]
    months = sorted({month for _, _, month in counted})
    ledger = Ledger.empty(
        sorted({atom[0] for atom in wrote}), themes=sorted({atom[1] for atom in wrote}), secret=SECRET
    )
    for month in months:
        each = [Wrote(person, *atom, 1) for person, atom in enumerate(counted) if atom[2] == month]
        ledger = ledger.with_month(month, wrote=each)
    return ledger


def sole(**axes: Any) -> Table:
    """A table of one cell."""
    pieces, themes, months = (frozenset(axes[axis].split()) for axis in ("pieces", "themes", "months"))
    return {("sole",): Cell(pieces, themes, months)}


BARE = replace(PARAMETERS, by_lot=0.0)


def shown(table: Table, ledger: Ledger, **how: Any) -> tuple[int | None, Ledger]:
    """The number of a table of one cell."""
    release = offered(table, ledger, parameters=BARE, **how)
    return release.entries[("sole",)].comments, release.ledger


@pytest.mark.parametrize("second", [{"pieces": "a b"}, {"themes": "light road"}, {"months": "1 2"}])
def test_what_names_few_by_subtraction_is_hidden(second: dict[str, str]):
    """All less all but three: another edition, a sum of themes, the same sum a month later."""
    first = {"pieces": "a", "themes": "light", "months": "1"}
    ledger = of_atoms(
        ("a", "light", "1", 20), ("b", "light", "1", 3), ("a", "road", "1", 3), ("a", "light", "2", 3)
    )
    for sums, expected in (((first, first | second), [20, None]), ((first | second, first), [23, None])):
        numbers = []
        after = ledger
        for axes in sums:
            number, after = shown(sole(**axes), after)
            numbers.append(number)
        assert numbers == expected


def test_committees_see_what_is_open_and_the_open_never_learn_what_is_theirs():
    ledger = of_atoms(("a", "light", "1", 20), ("b", "light", "1", 6), ("c", "light", "1", 3))
    a, b = sole(pieces="a", themes="light", months="1"), sole(pieces="b", themes="light", months="1")
    both, three = (sole(pieces=pieces, themes="light", months="1") for pieces in ("a b", "a b c"))
    number, ledger = shown(a, ledger)
    assert number == 20
    assert shown(both, ledger)[0] is None  # six people of b
    assert shown(b, ledger, audience=COMMITTEE)[0] == 6
    number, ledger = shown(both, ledger, audience=COMMITTEE)
    assert number == 26
    assert shown(three, ledger, audience=COMMITTEE)[0] is None
    assert (
        shown(three, ledger)[0] is None
    )  # 29 less 20 are nine for all; less 26 they are three for committees


def test_exactly_the_minimum_is_shown_and_many_comments_of_few_people_are_not():
    ledger = of_atoms(("a", "light", "1", 10), ("b", "light", "1", 9))
    many = Ledger.empty("a", themes=["light"], secret=SECRET).with_month(
        "1", wrote=[Wrote(person, "a", "light", "1", 20) for person in range(9)]
    )
    assert shown(sole(pieces="a", themes="light", months="1"), ledger)[0] == 10
    assert shown(sole(pieces="b", themes="light", months="1"), ledger)[0] is None
    assert shown(sole(pieces="a", themes="light", months="1"), many)[0] is None


def test_where_zeros_would_tell_the_table_is_refused_and_nothing_written():
    """Twelve comments in eleven areas: who knows that none of them is 0 knows that each has at most two."""
    areas = {name: [name] for name in "abcdefghijk"}
    ledger = of_atoms(*((name, "light", "1", 1 + (name == "a")) for name in areas))
    whole = crossed({"all": list(areas)}, themes={"light": ["light"]}, periods={"1": ["1"]})
    ledger = offered(whole, ledger, parameters=BARE).ledger
    each = crossed(areas, themes={"light": ["light"]}, periods={"1": ["1"]})
    refused = offered(each, ledger, parameters=BARE)
    assert (refused.entries, refused.ledger, refused.outcome) == ({}, ledger, Outcome.NOT_PROVEN)
    hidden = offered(each, ledger, with_zeros=False, parameters=BARE)
    assert [entry.comments for entry in hidden.entries.values()] == [None] * 11


def test_offered_again_a_table_gives_the_same_and_the_ledger_gets_no_longer():
    """However often, under other names, in parts, after others, and without time to prove anything anew."""
    town = town_of(5)
    table = tables(town, n_months=3)[1]
    lots = replace(PARAMETERS, by_lot=0.3)
    first = offered(table, town.closed(), with_people=True, parameters=lots)
    assert any(entry.comments is None for entry in first.entries.values())
    later = offered(tables(town, n_months=3)[2], first.ledger, with_people=True)
    renamed = {(*key, "again"): cell for key, cell in list(table.items())[::2]}
    in_no_time = replace(BARE, most_seconds=1e-9)
    for ledger in (first.ledger, later.ledger):
        again = offered(table, ledger, with_people=True, parameters=in_no_time)
        assert (again.entries, again.ledger) == (first.entries, ledger)
        part = offered(renamed, ledger, with_people=True, parameters=in_no_time)
        assert (part.entries, part.ledger) == (
            {key: first.entries[key[:-1]] for key in renamed},
            ledger,
        )
        less = offered(table, ledger, with_people=False, with_zeros=False, parameters=in_no_time)
        assert less.ledger == ledger
        assert not any(entry.people for entry in less.entries.values())


def test_what_is_open_tells_committees_nothing_new_and_their_own_numbers_are_entered_once():
    ledger = of_atoms(("a", "light", "1", 20), ("b", "light", "1", 6))
    table = crossed({"a": "a", "b": "b"}, themes={"light": ["light"]}, periods={"1": "1"})
    open_to_all = offered(table, ledger, parameters=BARE).ledger
    for_committees = offered(table, open_to_all, audience=COMMITTEE, parameters=BARE)
    assert [entry.comments for entry in for_committees.entries.values()] == [20, 6]
    assert [entry.cell for entry in for_committees.ledger.entries[2:]] == [table["b", "light", "1"]]
    again = offered(table, for_committees.ledger, audience=COMMITTEE, parameters=BARE)
    assert (again.entries, again.ledger) == (for_committees.entries, for_committees.ledger)


def test_under_the_same_name_other_atoms_are_a_second_publication_and_both_are_known():
    """The same keys after borders moved: what the first showed still stands, so the difference is hidden."""
    ledger = of_atoms(("a", "light", "1", 20), ("b", "light", "1", 3))
    first = offered(sole(pieces="a", themes="light", months="1"), ledger, parameters=BARE)
    second = offered(sole(pieces="a b", themes="light", months="1"), first.ledger, parameters=BARE)
    assert second.ledger.entries == (first.entries[("sole",)], second.entries[("sole",)])
    assert [entry.comments for entry in second.ledger.entries] == [20, None]


def test_what_was_published_is_never_offered_with_another_value():
    """Whoever counted a closed month anew: readers know both numbers, and the difference is who is new."""
    ledger = of_atoms(("a", "light", "1", 20))
    table = sole(pieces="a", themes="light", months="1")
    published = offered(table, ledger, with_people=True, parameters=BARE).ledger
    more = Wrote(20, "a", "light", "1", 1)
    for wrote in (
        (*published.wrote, more),
        published.wrote[1:],
        (published.wrote[0]._replace(comments=2), *published.wrote[2:]),
    ):
        with pytest.raises(ValueError, match="not what is counted"):
            offered(table, replace(published, wrote=wrote), parameters=BARE)
    other = sole(pieces="a", themes="light", months="1 2")
    june = replace(published, wrote=(*published.wrote, more)).with_month("2", wrote=[])
    with pytest.raises(ValueError, match="not what is counted"):
        offered(other, june, parameters=BARE)


def test_a_hidden_cell_need_not_have_few_and_under_another_name_it_has_the_same_lot():
    """Else who has the same sum offered under many names sees which were hidden by lot."""
    town = make_town(1, areas=30, themes=1, months=1, comments=3_000, cut=0)
    named = Ledger.empty([*town.ledger.pieces, "nobody"], themes=town.ledger.themes, secret=SECRET)
    ledger = named.with_month(town.months[0], wrote=town.wrote)
    themes, periods = {"all": town.ledger.themes}, {"all": town.months}
    many = replace(PARAMETERS, by_lot=0.3)
    hidden = [
        {
            key
            for key, entry in offered(
                crossed(
                    {area: [*pieces, *more] for area, pieces in town.before.items()},
                    themes=themes,
                    periods=periods,
                ),
                ledger,
                parameters=many,
            ).entries.items()
            if entry.comments is None
        }
        for more in ((), ("nobody",))
    ]
    assert hidden[0] == hidden[1]
    assert 3 < len(hidden[0]) < 20


def test_what_is_not_proven_in_time_is_refused_and_said_to_be():
    """And with time enough the limit changes nothing."""
    town = town_of(3)
    table = tables(town, n_months=1)[0]
    ledger = offered({}, town.closed()).ledger
    refused = offered(table, ledger, parameters=replace(PARAMETERS, most_seconds=1e-9))
    assert (refused.entries, refused.ledger, refused.outcome) == ({}, ledger, Outcome.OUT_OF_TIME)
    limits = (600, math.inf)
    releases = [offered(table, ledger, parameters=replace(PARAMETERS, most_seconds=s)) for s in limits]
    assert releases[0] == releases[1]
    assert any(entry.comments for entry in releases[0].entries.values())


def test_totals_of_very_many_atoms_need_little_memory():
    """Ninety near-total cells of 12,960 atoms: 1.2 million members, and ninety blocks are told apart."""
    pieces = [f"piece{number}" for number in range(90)]
    axes = [f"theme{number}" for number in range(12)], [f"month{number}" for number in range(12)]
    ledger = Ledger.empty(pieces, themes=axes[0], secret=SECRET)
    for month in axes[1]:
        wrote = [Wrote(number, pieces[number], axes[0][number % 12], month, 1) for number in range(90)]
        ledger = ledger.with_month(month, wrote=wrote)
    table = {(piece,): Cell(frozenset(pieces) - {piece}, *map(frozenset, axes)) for piece in pieces}
    tracemalloc.start()
    try:
        release = offered(table, ledger, parameters=BARE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(release.ledger.entries) == 90
    assert peak < 5_000_000


def test_what_is_few_is_decided_once():
    ledger = of_atoms(("a", "light", "1", 20))
    table = {("a",): Cell(*map(frozenset, ("a", ["light"], "1")))}
    after = offered(table, ledger).ledger
    assert after.least_people == LEAST
    stricter = replace(PARAMETERS, least_people={audience: least + 1 for audience, least in LEAST.items()})
    with pytest.raises(ValueError, match="first offer"):
        offered(table, after, parameters=stricter)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"least_people": {Audience.OPEN: 10}},
        {"least_people": dict.fromkeys(Audience, 0)},
        {"least_people": dict.fromkeys(Audience, float("nan"))},
        {"by_lot": float("nan")},
        {"by_lot": 1.0},
        {"most_nodes": 0},
        {"most_seconds": 0},
        {"most_seconds": float("nan")},
    ],
)
def test_parameters_that_would_publish_everything_are_refused(nonsense: dict):
    with pytest.raises(ValueError, match="must be"):
        replace(PARAMETERS, **nonsense)


def test_what_is_not_counted_yet_or_unknown_is_no_cell():
    ledger = of_atoms(("a", "light", "1", 20))
    for axes in ({"months": "2"}, {"pieces": "z"}, {"themes": "road"}, {"pieces": ""}):
        with pytest.raises(ValueError, match="closed months"):
            shown(sole(**({"pieces": "a", "themes": "light", "months": "1"} | axes)), ledger)
    with pytest.raises(ValueError, match="closed months"):
        shown(sole(pieces="a", themes="light", months="1"), replace(ledger, months=(), wrote=()))
    assert offered({}, ledger).entries == {}
