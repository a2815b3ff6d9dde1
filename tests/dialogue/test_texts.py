"""Texts in several languages: which is shown, and what it says about its language."""

import pytest

from mapdialog.dialogue.texts import language_of, translated

SAME = {"da": "trygt", "en": "safe", "nb": "trygt"}


@pytest.mark.parametrize(
    ("value", "language", "text", "tag"),
    [
        (SAME, "nb", "trygt", "nb"),  # not "da", which stands first and says the same
        (SAME, "nb-no", "trygt", "nb"),
        (SAME, "nn", "trygt", "nb"),
        (SAME, "fi", "safe", "en"),
        ({"nb": "", "se": "oadjebas"}, "nb", "oadjebas", "se"),
        ({"nb": ""}, "nb", "", "nb"),
        (None, "nb", "", "nb"),
        (None, None, "", ""),
    ],
)
def test_the_nearest_language_is_shown_and_named(value, language, text, tag):
    assert translated(value, language) == text
    assert language_of(value, language) == tag
