"""The names of one thing in several languages: Karasjok, Kárášjohka, Kaarasjoki.

Files say it in three ways: a column for each language (`name:se`), a row for each name with the language
beside it (the place-name register as a table), or lists within one row (the same register as GML or JSON).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

# What the files call a language -> the tags of the texts. The register does not say which Norwegian it is.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "nb": ("nb",), "nob": ("nb",), "bokmål": ("nb",),
    "nn": ("nn",), "nno": ("nn",), "nynorsk": ("nn",),
    "no": ("nb", "nn"), "nor": ("nb", "nn"), "norsk": ("nb", "nn"),
    "se": ("se",), "sme": ("se",), "nordsamisk": ("se",), "sn": ("se",),
    "sma": ("sma",), "sørsamisk": ("sma",),
    "smj": ("smj",), "lulesamisk": ("smj",),
    "sms": ("sms",), "skoltesamisk": ("sms",), "smn": ("smn",), "sje": ("sje",), "pitesamisk": ("sje",),
    "fkv": ("fkv",), "kvensk": ("fkv",), "fit": ("fit",), "meänkieli": ("fit",),
    "sv": ("sv",), "swe": ("sv",), "svensk": ("sv",), "svenska": ("sv",),
    "fi": ("fi",), "fin": ("fi",), "finsk": ("fi",), "finska": ("fi",), "suomi": ("fi",),
    "da": ("da",), "dan": ("da",), "dansk": ("da",), "danska": ("da",),
    "en": ("en",), "eng": ("en",), "engelsk": ("en",),
    "de": ("de",), "kl": ("kl",), "fo": ("fo",), "is": ("is",),
}  # fmt: skip
# ISO 639-1 but for `no` and `sh`, which are several languages: a plain line may be in any of them.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv "
    "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig "
    "ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh "
    "mi mk ml mn mr ms mt my na nb nd ne ng nl nn nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw "
    "sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk "
    "ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_ISO_639_1 = frozenset(_CODES.split())
_FIELD = re.compile(r"(?:name|navn|namn|nimi|names|navne)[:._](?P<language>[a-z]{2,3})", re.IGNORECASE)


def fields_in(names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Column -> language tags, for columns such as `name:se`, `navn_nn` and `names.fkv`."""
    matches = {name: _FIELD.fullmatch(name) for name in names}
    return {
        name: tags(match.group("language"))
        for name, match in matches.items()
        if match and tags(match.group("language"))
    }


def tags(language: Any) -> tuple[str, ...]:
    """The tags of a language as a file calls it, () where it is none we know."""
    return _TAGS.get(str(language or "").strip().casefold(), ())


def code_of(language: str) -> str:
    """The code of one language, as ISO 639 has it or a file calls it; "" where it is none, or may be two."""
    if language in _ISO_639_1:
        return language
    known = tags(language)
    return known[0] if len(known) == 1 else ""


def paired(names: Any, languages: Any) -> dict[str, str]:
    """Language -> name, of a name and its language or of lists of both.

    Lists of different length do not say which name is of which language: then there are no names here either.
    """
    all_names, all_languages = _listed(names), _listed(languages)
    if len(all_names) != len(all_languages):
        return {}
    by_tag: dict[str, str] = {}
    for name, language in zip(all_names, all_languages, strict=True):
        for tag in tags(language):
            by_tag.setdefault(tag, name)
    return by_tag


def _listed(value: Any) -> list[str]:
    """A flat list of texts; the register's lists hold lists where a name has several spellings."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in _listed(item)[:1]]
    text = str(value if value is not None else "").strip()
    return [text] if text else []


def gathered(
    names: Mapping[int, Mapping[str, str]], *, places: Mapping[int, str]
) -> dict[int, dict[str, str]]:
    """By row all the names of the place it is about: rows whose place is the same share theirs."""
    by_place: dict[str, dict[str, str]] = {}
    for row, by_language in names.items():
        if place := places[row]:
            by_place[place] = {**by_language, **by_place.get(place, {})}
    return {row: dict(by_place.get(places[row], by_language)) for row, by_language in names.items()}
