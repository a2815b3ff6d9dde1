"""What an exposure was made of, in words: lines of a heading and what there is to say under it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.figure import Figure
from mapdialog.dialogue.texts import translated
from mapdialog.hotspots.exposure_note import (
    Buildings,
    EvenBecause,
    ExposureNote,
    Figures,
    RegionFrom,
    Study,
    UsedEdition,
    Way,
)

Line = tuple[str, str]

# By `analysis.exposure.SpreadOver`: the heading, and what is said where nothing of it is loaded.
_WAYS = {
    "floor_area": (
        gettext_lazy("Spread by the floor area of buildings"),
        gettext_lazy("Nobody: no map layer of buildings is in force."),
    ),
    "built_up": (
        gettext_lazy("Spread over built-up land"),
        gettext_lazy("Nobody: no map layer of built-up land is in force."),
    ),
    "residential_zones": (
        gettext_lazy("Spread over housing zones of a plan"),
        gettext_lazy("Nobody: no plan with housing zones is in force."),
    ),
    "land": (gettext_lazy("Spread evenly over land"), gettext_lazy("Nobody.")),
}
_EVEN = {
    EvenBecause.NO_POPULATION: gettext_lazy(
        "Even land, because it is not known how many people live where. That tells how many times as "
        "many comments there are, and never whether it is more than chance."
    ),
    EvenBecause.NOBODY_LIVES_HERE: gettext_lazy(
        "Even land, because the figures at hand say that nobody lives here. That tells how many times as "
        "many comments there are, and never whether it is more than chance."
    ),
}
_LEAST_KM2 = 0.01


def lines(note: ExposureNote, *, language: str, for_everyone: bool) -> list[Line]:
    """In the active language; names of layers in `language`. `for_everyone` names no unpublished layer."""
    words = _Words(language=language, for_everyone=for_everyone)
    return [*words.study(note.study), *words.compared(note)]


class _Words:
    def __init__(self, *, language: str, for_everyone: bool) -> None:
        self._language = language
        self._for_everyone = for_everyone

    def study(self, study: Study) -> Iterator[Line]:
        yield _("Where we looked"), self._region(study)
        water = self._layers(study.water) if study.water else _("None is known: water counts as land.")
        yield _("Water left out"), water

    def compared(self, note: ExposureNote) -> Iterator[Line]:
        if note.figures is None:
            yield _("Compared with"), str(_EVEN[note.even_because or EvenBecause.NO_POPULATION])
            return
        yield _("Compared with"), _("Where people live.")
        yield from self._figures(note.figures)
        for way in note.ways:
            yield str(_WAYS[way.over][0]), self._way(way, note=note)
        yield _("Distance from home"), _from_home(note.most_within_m)
        if round(note.elsewhere):
            yield (
                _("Living elsewhere"),
                _("%(people)s residents of these areas") % {"people": _people(note.elsewhere)},
            )
        if note.unknown_km2 >= _LEAST_KM2:
            yield (
                _("Land left out"),
                _("%(km2)s km², where nobody says how many people live")
                % {"km2": number_format(round(note.unknown_km2, 2), decimal_pos=2)},
            )

    def _region(self, study: Study) -> str:
        if study.region == RegionFrom.CONSULTATION:
            return _("The consultation's area")
        if study.region == RegionFrom.MUNICIPALITY or study.committees is None:
            return _("The municipality")
        return _("All areas of %(layer)s") % {"layer": self._layer(study.committees)}

    def _figures(self, figures: Figures) -> Iterator[Line]:
        values = {
            "people": _people(figures.residents),
            "year": figures.year,
            "source": figures.source,
            "areas": Figure(figures.areas),
            "layer": self._layer(figures.edition),
        }
        yield (
            _("Residents"),
            _("%(people)s in %(year)s (%(source)s), by %(areas)s areas of %(layer)s") % values,
        )
        if figures.silent:
            yield _("Areas without a figure"), _("%(n)s, left out") % {"n": Figure(figures.silent)}
        if figures.age:
            yield _("Age"), figures.age
        elif figures.wanted_age:
            yield _("Age"), _("All: people of %(age)s are not known.") % {"age": figures.wanted_age}

    def _way(self, way: Way, *, note: ExposureNote) -> str:
        if not round(way.residents):
            return self._unused(way)
        values = {"people": _people(way.residents), "layers": self._layers(way.editions)}
        if way.over == "land":
            return _("%(people)s: nothing finer is known of where they live") % values
        text = _("%(people)s: %(layers)s") % values
        if way.over == "floor_area" and note.buildings is not None:
            return " ".join([f"{text}.", *self._buildings(note.buildings)])
        return text

    def _buildings(self, buildings: Buildings) -> Iterator[str]:
        values = {"all": Figure(buildings.n)}
        if n := buildings.without_floors:
            yield _("Without a number of floors, counted as one: %(n)s of %(all)s.") % {
                **values,
                "n": Figure(n),
            }
        if n := buildings.maybe_homes:
            yield _("Not known whether they are homes, counted as such: %(n)s of %(all)s.") % {
                **values,
                "n": Figure(n),
            }
        if n := buildings.no_homes:
            yield _("Left out, because they are no homes: %(n)s.") % {"n": Figure(n)}

    def _unused(self, way: Way) -> str:
        if not way.editions:
            return str(_WAYS[way.over][1])
        return _("Nobody, though it is loaded: %(layers)s") % {"layers": self._layers(way.editions)}

    def _layers(self, editions: tuple[UsedEdition, ...]) -> str:
        return "; ".join(dict.fromkeys(map(self._layer, editions)))

    def _layer(self, used: UsedEdition) -> str:
        """`Tettsteder (edition 1, in force from 1 January 2025, © Kartverket)`"""
        if self._for_everyone and not used.is_published:
            return _("a map layer that is not published")
        values = {
            "name": translated(used.titles, self._language) or used.name,
            "number": used.number,
            "day": date_format(used.begins, "DATE_FORMAT") if used.begins else "",
        }
        edition = (
            _("edition %(number)s, in force from %(day)s") if used.begins else _("edition %(number)s")
        ) % values
        return f"{values['name']} ({', '.join(filter(None, (edition, used.credit)))})"


def _from_home(most_within_m: float) -> str:
    if not most_within_m:
        return _("Assumed: people write just where they live.")
    return _("Assumed: most people write within about %(m)s m of where they live.") % {
        "m": Figure(round(most_within_m))
    }


def _people(n: float) -> Figure:
    return Figure(round(n))
