"""Texts in any number of languages: a JSON object from language tag to text, such as {"nb": …, "en": …}."""

from __future__ import annotations

from collections.abc import Mapping

# Whoever reads one Scandinavian language can read the next; everyone else is offered English first.
_NEAR = {
    "nb": ("nn", "da", "sv"),
    "nn": ("nb", "da", "sv"),
    "sv": ("nb", "da", "nn"),
    "da": ("nb", "sv", "nn"),
}


def translated(value: Mapping[str, str] | None, language: str | None) -> str:
    """The text in `language`, else in the nearest language there is, else ''."""
    return (value or {}).get(language_of(value, language), "")


def language_of(value: Mapping[str, str] | None, language: str | None) -> str:
    """Which language `translated` answers in: pages need it for the `lang` attribute."""
    written = {tag: text for tag, text in (value or {}).items() if text}
    wanted = (language or "").lower()
    base = wanted.split("-")[0]
    order = (wanted, base, *_NEAR.get(base, ()), "en", "nb", *written)
    return next((tag for tag in order if tag in written), language or "")
