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
    written = {written_tag: text for written_tag, text in (value or {}).items() if text}
    tag = (language or "").lower()
    base = tag.split("-")[0]
    order = (tag, base, *_NEAR.get(base, ()), "en", "nb", *written)
    return next((written_tag for written_tag in order if written_tag in written), language or "")
