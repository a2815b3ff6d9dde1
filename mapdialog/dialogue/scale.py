"""A scale is one scale: the same values in the same order, and words that go one way in every language.

Means are taken over what residents of five languages answered, so step 1 has to mean the same to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Words that are graded everywhere: each tuple is a step, from the worse to the better. Two of one step in one
# scale, or two steps the other way round, make answers that cannot be compared.
_GRADED: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "nb": (
        (("skremmende",), ("utrygt", "ubehagelig"), ("greit", "greit nok"), ("trygt",)),
        (("svært dårlig",), ("dårlig",), ("bra", "god"), ("svært bra", "svært god")),
        (("helt uenig",), ("uenig",), ("verken eller",), ("enig",), ("helt enig",)),
    ),
    "nn": (
        (("skremmande",), ("utrygt", "ubehageleg"), ("greitt", "greitt nok"), ("trygt",)),
        (("svært dårleg",), ("dårleg",), ("bra", "god"), ("svært bra", "svært god")),
        (("heilt usamd", "heilt ueinig"), ("usamd", "ueinig"), ("verken eller",), ("samd", "einig"),
         ("heilt samd", "heilt einig")),
    ),
    "sv": (
        (("skrämmande",), ("otryggt", "obehagligt"), ("okej",), ("tryggt",)),
        (("mycket dåligt",), ("dåligt",), ("bra",), ("mycket bra",)),
        (("håller inte alls med",), ("håller inte med",), ("varken eller",), ("håller med",),
         ("håller helt med",)),
    ),
    "da": (
        (("skræmmende",), ("utrygt", "ubehageligt"), ("i orden",), ("trygt",)),
        (("meget dårligt",), ("dårligt",), ("godt",), ("meget godt",)),
        (("helt uenig",), ("uenig",), ("hverken eller",), ("enig",), ("helt enig",)),
    ),
    "en": (
        (("frightening",), ("unsafe", "uncomfortable"), ("acceptable",), ("safe", "comfortable")),
        (("very poor", "very bad"), ("poor", "bad"), ("good",), ("very good",)),
        (("strongly disagree",), ("disagree",), ("neither",), ("agree",), ("strongly agree",)),
    ),
}  # fmt: skip
_STEP_OF = {
    language: {
        word: (family, step)
        for family, steps in enumerate(families)
        for step, words in enumerate(steps)
        for word in words
    }
    for language, families in _GRADED.items()
}
Option = Mapping[str, Any]


def fault(options: Sequence[Option]) -> str | None:
    """What is wrong with the steps of one scale, {"value", "label": {language: words}} each, or None."""
    return _values_fault(options) or _words_fault(options) or _grades_fault(options)


def fault_between(scales: Sequence[Sequence[Option]]) -> str | None:
    """What is wrong between the scales of one consultation: the same words must stand for the same value."""
    known: dict[tuple[int, str, str], str] = {}
    for options in scales:
        for option in options:
            for language, words in option["label"].items():
                key = (len(options), language, words.casefold())
                earlier = known.setdefault(key, option["value"])
                if earlier != option["value"]:
                    return (
                        f"holds “{words}” as {option['value']}, and another scale of as many steps has it as"
                        f" {earlier}: the same words need the same value."
                    )
    return None


def _values_fault(options: Sequence[Option]) -> str | None:
    values = [str(option["value"]) for option in options]
    if len(values) < 2:
        return "has one step: a scale needs two or more."
    if not all(value.removeprefix("-").isdecimal() and value.isascii() for value in values):
        return "holds a value that is no whole number: the steps of a scale are counted."
    steps = [int(value) for value in values]
    if steps not in (sorted(steps), sorted(steps, reverse=True)):
        return f"holds the values {', '.join(values)}: write the steps in order, up or down."
    return None


def _words_fault(options: Sequence[Option]) -> str | None:
    languages = dict.fromkeys(language for option in options for language in option["label"])
    for language in languages:
        words = [str(option["label"].get(language, "")).strip().casefold() for option in options]
        if "" in words:
            return (
                f"lacks words in “{language}” for one step: a scale is said in the same languages throughout."
            )
        if len(set(words)) != len(words):
            return f"holds the same words twice in “{language}”: each step needs its own."
    return None


def _grades_fault(options: Sequence[Option]) -> str | None:
    """Words that are known to be graded must go one way, and the same way in every language."""
    by_language = {
        language: [
            _STEP_OF[language].get(str(option["label"].get(language, "")).casefold()) for option in options
        ]
        for language in _STEP_OF
    }
    for language, steps_of_text in by_language.items():
        steps = [step for step in steps_of_text if step is not None]
        ranks = [rank for _family, rank in steps]
        is_one_way = ranks in (sorted(set(ranks)), sorted(set(ranks), reverse=True))
        if len({family for family, _rank in steps}) == 1 and not is_one_way:
            words = ", ".join(f"“{option['label'][language]}”" for option in options)
            return f"is not one scale in “{language}”: {words} do not go from worse to better, or back."
    for index, option in enumerate(options):
        meant = {
            language: steps_of_text[index]
            for language, steps_of_text in by_language.items()
            if steps_of_text[index] is not None
        }
        if len(set(meant.values())) > 1:
            words = ", ".join(f"“{option['label'][language]}” ({language})" for language in meant)
            return f"is not one scale: {words} are not the same step in every language."
    return None
