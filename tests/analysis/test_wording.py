"""What they say there: words over-represented in a hotspot, by people, and quotes of theirs."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapdialog.analysis.wording import TooFewPeople, Wording, WordingParameters, log_odds, wording
from mapdialog.analysis.words import stop_words

PARAMETERS = WordingParameters(
    longest=3,
    prior_count=50.0,
    least_people=10,
    least_saying=3,
    level=0.05,
    replicates=39,
    seed=1,
    same_people=0.8,
    most_terms=10,
    most_quotes=3,
    shortest_quote=3,
    stop_words=stop_words(),
)
WHATEVER_P = replace(PARAMETERS, level=1.0)
FILLERS = [
    "park",
    "skole",
    "butikk",
    "brygge",
    "skog",
    "hall",
    "torg",
    "bane",
    "benk",
    "kirke",
    "strand",
    "bro",
]


def wording_of(rows, *, parameters=PARAMETERS):
    """`rows`: (text, language, sender, inside)."""
    text, language, sender, inside = zip(*rows, strict=True)
    return wording(
        text, language=language, sender=np.array(sender), inside=np.array(inside), parameters=parameters
    )


def elsewhere(n=40, language="nb"):
    """People elsewhere, each of them with two words of many."""
    return [(f"{FILLERS[i % 12]}. {FILLERS[i * 5 % 11]}", language, 1000 + i, False) for i in range(n)]


def here(texts, language="nb"):
    return [(text, language, number, True) for number, text in enumerate(texts)]


def texts_of(result):
    assert isinstance(result, Wording)
    return [term.text for term in result.terms]


def z_by_hand(n, m, total, total_m, prior):
    """As Monroe, Colaresi & Quinn write it, word by word."""
    alpha = [prior * (a + b) / (total + total_m) for a, b in zip(n, m, strict=True)]
    scores = []
    for a, b, own in zip(n, m, alpha, strict=True):
        here_odds = math.log(a + own) - math.log(total + prior - a - own)
        there_odds = math.log(b + own) - math.log(total_m + prior - b - own)
        scores.append((here_odds - there_odds) / math.sqrt(1.0 / (a + own) + 1.0 / (b + own)))
    return scores


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 900)), min_size=2, max_size=9),
    st.floats(0.5, 5000),
)
def test_z_is_that_of_the_formula_written_out(counts, prior):
    counts = [(a + (a + b == 0), b) for a, b in counts]
    n, m = (list(column) for column in zip(*counts, strict=True))
    _, z = log_odds(n, n_elsewhere=m, total=sum(n), total_elsewhere=sum(m), prior_count=prior)
    assert z == pytest.approx(z_by_hand(n, m, sum(n), sum(m), prior), rel=1e-7, abs=1e-7)


def test_a_figure_worked_out_on_paper():
    # Prior 100 · 12/600 = 2; here 10+2 to 190−12... odds 12/188 against 4/496; σ² = 1/12 + 1/4.
    delta, z = log_odds([10], n_elsewhere=[2], total=100, total_elsewhere=500, prior_count=100.0)
    assert delta[0] == pytest.approx(math.log(12 / 188) - math.log(4 / 596))
    assert z[0] == pytest.approx(delta[0] / math.sqrt(1 / 3))


@settings(max_examples=40)
@given(st.integers(0, 50), st.integers(1, 50), st.integers(50, 300), st.integers(50, 300))
def test_the_other_side_says_the_opposite(n, m, total, total_m):
    _, z = log_odds([n], n_elsewhere=[m], total=total, total_elsewhere=total_m, prior_count=80.0)
    _, other = log_odds([m], n_elsewhere=[n], total=total_m, total_elsewhere=total, prior_count=80.0)
    assert z[0] == pytest.approx(-other[0], abs=1e-9)


@pytest.mark.parametrize(
    ("n", "m", "prior"), [([0], [0], 5.0), ([11], [1], 5.0), ([-1], [3], 5.0), ([1], [1], 0.0)]
)
def test_impossible_counts_are_an_error(n, m, prior):
    with pytest.raises(ValueError, match="each word must be said"):
        log_odds(n, n_elsewhere=m, total=10, total_elsewhere=10, prior_count=prior)


def test_where_there_is_but_one_word_nothing_differs():
    delta, z = log_odds([10], n_elsewhere=[20], total=10, total_elsewhere=20, prior_count=5.0)
    assert (delta[0], z[0]) == (0.0, 0.0)


def test_the_whole_way_gives_the_z_of_people_counted_by_hand():
    rows = here(["lys"] * 6 + ["lys. park"] * 2 + ["park"] * 4) + [
        (text, "nb", 100 + number, False) for number, text in enumerate(["park"] * 15 + ["lys"] * 3)
    ]
    (term,) = wording_of(rows, parameters=WHATEVER_P)["nb"].terms
    assert (term.text, term.n_people, term.n_elsewhere) == ("lys", 8, 3)
    assert term.z == pytest.approx(z_by_hand([8, 6], [3, 15], 14, 18, 50.0)[0], abs=1e-8)


def test_a_word_is_shown_by_chance_in_at_most_one_of_twenty_hotspots():
    """Forty hotspots, each of twelve people out of sixty by lot: more than seven is chance in 0.001."""
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(40):
        rows = [(" ".join(rng.choice(FILLERS, 3)), "nb", person, person < 12) for person in range(60)]
        alarms += bool(wording_of(rows)["nb"].terms)
    assert alarms <= 7


def test_p_is_how_often_chance_gives_any_word_as_much():
    rows = here(["mørkt"] * 12) + elsewhere()
    (term,) = wording_of(rows)["nb"].terms
    assert term.p == 1 / 40


def test_a_loud_person_is_one_person():
    quiet = [f"{FILLERS[i % 12]} {FILLERS[i * 7 % 12]}" for i in range(12)]
    loud = [("Monstermaster! Monstermaster monstermaster", "nb", 0, True)] * 50
    assert "monstermaster" not in texts_of(wording_of(here(quiet) + loud + elsewhere())["nb"])
    rows = here([*["mørkt her"] * 5, *quiet]) + elsewhere()
    louder = [*rows, *[("Mørkt. MØRKT!", "nb", 2, True)] * 50, *[("Skog", "nb", 1003, False)] * 50]
    assert wording_of(louder)["nb"].terms == wording_of(rows)["nb"].terms


def test_a_phrase_stands_for_its_words_and_not_beside_them():
    rows = here([f"Farlig kryss, {FILLERS[i % 12]}" for i in range(12)]) + elsewhere()
    assert texts_of(wording_of(rows)["nb"]) == ["farlig kryss"]


def test_a_phrase_that_is_more_only_because_its_word_is_stays_away():
    rows = [
        *here(["kryss"] * 9 + ["farlig kryss"] * 3),
        *elsewhere(),
        *[(text, "nb", 2000 + i, False) for i, text in enumerate(["farlig kryss", "farlig"] * 3)],
    ]
    assert texts_of(wording_of(rows, parameters=WHATEVER_P)["nb"]) == ["kryss", "farlig"]
    assert texts_of(wording_of(rows)["nb"]) == ["kryss"]


def test_a_refrain_is_shown_once():
    refrain = "Nei til høye blokker langs gamle strandveien"
    assert len(texts_of(wording_of(here([refrain] * 12) + elsewhere())["nb"])) <= 3
    shown = [set(text.split()) for text in texts_of(wording_of(here([refrain] * 12) + elsewhere())["nb"])]
    assert all(a.isdisjoint(b) for i, a in enumerate(shown) for b in shown[:i])


def test_languages_are_never_compared():
    nb = here(["mørkt ved parken"] * 5 + ["mørkt ved skolen"] * 7) + elsewhere()
    sv = [("mörkt vid parken", "sv", 5000 + i, i < 12) for i in range(40)]
    together = wording_of(nb + sv)
    assert together["nb"] == wording_of(nb)["nb"]
    assert "mørkt" in " ".join(texts_of(together["nb"]))
    assert together["sv"].terms == ()  # everybody who writes Swedish says so, there and elsewhere


@pytest.mark.parametrize(("n_here", "n_there"), [(9, 40), (12, 9), (0, 40)])
def test_below_ten_people_on_either_side_is_refused(n_here, n_there):
    silent = here(["…", "og det er"] * 8)  # people, but none of their words count
    spoken = [("mørkt her", "nb", 50 + i % max(n_here, 1), True) for i in range(60 if n_here else 0)]
    assert wording_of(silent + spoken + elsewhere(n_there))["nb"] == TooFewPeople(n_here, n_there, 10)


def test_ten_people_in_another_language_do_not_help():
    rows = here(["mørkt her"] * 12) + elsewhere() + [("too dark", "en", 7000 + i, i < 5) for i in range(30)]
    assert wording_of(rows)["en"] == TooFewPeople(5, 25, 10)


def test_quotes_are_the_nearest_whole_texts_of_different_people():
    texts = ["Farlig kryss, mangler lys"] * 2 + ["Farlig kryss ved skogen"] + ["farlig kryss"] * 5
    texts += ["Mangler lys ved broen", "mangler lys", "mangler lys", "torg"]
    again = [("Farlig kryss! Mangler lys.", "nb", 0, True), ("farlig kryss mangler lys i dag", "nb", 0, True)]
    rows = here(texts) + again + elsewhere() + [("Farlig kryss, mangler lys", "nb", 9000, False)]
    quotes = wording_of(rows, parameters=WHATEVER_P)["nb"].quotes
    assert rows[quotes[0].index][0] == "Farlig kryss, mangler lys"
    assert len({rows[quote.index][2] for quote in quotes}) == len(quotes) == 3
    assert len({rows[quote.index][0] for quote in quotes}) == 3
    assert all(rows[quote.index][3] for quote in quotes)
    assert [quote.nearness for quote in quotes] == sorted((quote.nearness for quote in quotes), reverse=True)


def test_nearness_is_the_cosine_to_the_z_of_the_shown_words():
    rows = here(["lys park torg"] * 4 + ["lys"] * 8) + elsewhere()
    result = wording_of(rows, parameters=replace(PARAMETERS, longest=1))["nb"]
    centre = {term.text: term.z for term in result.terms}
    own = ["lys", "park", "torg"]
    cosine = sum(centre.get(word, 0.0) for word in own) / math.hypot(*centre.values()) / math.sqrt(3)
    assert result.quotes[0].nearness == pytest.approx(cosine, abs=1e-8)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_comments_changes_nothing_and_what_is_shown_was_written(seed):
    rng = np.random.default_rng(seed)
    words = [*FILLERS, "mørkt", "lys", "👍", "е"]
    rows = [
        (
            " ".join(rng.choice(words, 4)),
            ("nb", "en")[int(rng.integers(2))],
            int(rng.integers(40)),
            bool(rng.integers(2)),
        )
        for _ in range(120)
    ]
    order = rng.permutation(len(rows))
    mixed = [rows[index] for index in order]
    first, second = wording_of(rows), wording_of(mixed)
    assert list(first) == list(second)
    for language, result in first.items():
        other = second[language]
        assert result.terms == other.terms
        assert [rows[each.index] for each in result.quotes] == [mixed[each.index] for each in other.quotes]
        for term in result.terms:
            people = {
                row[2] for row in rows if row[1] == language and row[3] and f" {term.text} " in f" {row[0]} "
            }
            assert len(people) == term.n_people >= 3


def test_lists_of_different_length_are_an_error():
    with pytest.raises(ValueError, match="equally many"):
        wording(["a"], language=[], sender=np.array([1]), inside=np.array([True]), parameters=PARAMETERS)
