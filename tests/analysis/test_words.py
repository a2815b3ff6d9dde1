"""The words of a text: what is one word, where a phrase ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapdialog.analysis.words import runs_of, stop_words, terms_of


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Ærlig talt: ÅPEN Øy, öppet, Þórr", [["ærlig", "talt"], ["åpen", "øy"], ["öppet"], ["þórr"]]),
        ("gang- og sykkelveien ved T‑banen", [["gang-", "og", "sykkelveien", "ved", "t-banen"]]),
        ("veien - den gamle", [["veien"], ["den", "gamle"]]),
        ("It’s ‘safe’ at O'Neil's", [["it's"], ["safe"], ["at", "o'neil's"]]),
        (
            "30-sone! 3,5 m, 50 km/t og/eller E18.",
            [["30-sone"], ["3,5", "m"], ["50", "km/t", "og"], ["eller", "e18"]],
        ),
        ("bra👍🏽👍 her🚲", [["bra"], ["👍"], ["👍"], ["her"], ["🚲"]]),
        ("🇳🇴🇸🇪 👩‍👧 1️⃣", [["🇳🇴"], ["🇸🇪"], ["👩‍👧"], ["1"]]),
        ("Опасный перекрёсток", [["опасный", "перекрёсток"]]),
        ("हिन्दी में مدرسة", [["हिन्दी", "में", "مدرسة"]]),
        ("syk\xadkel\u200bvei a\u030a", [["sykkelvei", "å"]]),
        ("se https://kart.no/a?b=1 eller a.b@kart.no nå", [["se"], ["eller"], ["nå"]]),
        ("første\nandre\r\ntredje", [["første"], ["andre"], ["tredje"]]),
        (" \t …—!", []),
    ],
)
def test_words_are_what_people_wrote(text, runs):
    assert runs_of(text) == runs


def test_phrases_end_with_the_sentence_and_begin_with_no_stop_word():
    terms = terms_of("Farlig for barn. Mangler lys", longest=3, stop_words=frozenset({"for"}))
    assert terms == {"farlig", "barn", "farlig for barn", "mangler", "lys", "mangler lys"}


def test_every_interface_language_has_a_list_without_negations(settings):
    lists = stop_words()
    assert set(lists) == {code for code, _ in settings.LANGUAGES}
    negations = {"ikke", "ikkje", "inte", "not", "ingen", "ingenting", "nei", "nej", "aldri", "never"}
    for language, words in lists.items():
        assert words.isdisjoint(negations), language
        assert all(runs_of(word) == [[word]] for word in words), language


@settings(max_examples=150)
@given(st.text(max_size=60))
def test_the_words_of_words_are_the_same_words(text):
    words = [word for run in runs_of(text) for word in run]
    assert [inner for word in words for run in runs_of(word) for inner in run] == [
        word.rstrip("-") for word in words
    ]


@settings(max_examples=60)
@given(st.text(max_size=60), st.integers(1, 3))
def test_a_phrase_has_at_most_the_words_asked_for(text, longest):
    assert all(
        1 <= len(term.split(" ")) <= longest
        for term in terms_of(text, longest=longest, stop_words=frozenset())
    )
