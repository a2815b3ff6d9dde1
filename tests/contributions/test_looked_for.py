"""One list and one table of examples: `tests/js/looked_for.test.js` holds the script against the same."""

import json
from pathlib import Path

import pytest

from mapdialog.contributions import screening

EXAMPLES = json.loads(Path(__file__).with_name("looked_for_examples.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["text"][:40] for example in EXAMPLES])
def test_each_example_is_found_as_it_says_and_near_misses_are_not(example):
    finds = screening.finds(example["text"], sorts=(*screening.PERSONAL, screening.FAULT, screening.DANGER))
    assert [[find.sort, find.text] for find in finds] == example["finds"]
    assert all(example["text"][find.start : find.end] == find.text for find in finds)


def test_each_language_has_words_of_fault_and_of_danger():
    languages = {
        sort: {entry["language"] for entry in screening.looked_for()["patterns"] if entry["sort"] == sort}
        for sort in (screening.FAULT, screening.DANGER)
    }
    assert languages == {sort: {"nb", "nn", "sv", "da", "en"} for sort in languages}


def test_words_of_a_fault_hold_nothing_back():
    assert screening.flags("Gatelyset virker ikke, og det brenner.") == []
