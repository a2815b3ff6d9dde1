"""A municipality as a TOML file: the keys, read strictly. docs/consultation-file.md explains each."""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from layers import toml_file
from layers.days import TIME_ZONES
from layers.models import OWNER
from layers.toml_file import Strings, Table, Texts, otherwise
from mapdialog.people import right_door

# What a country's municipalities use unless their file says otherwise.
_METRIC_SRIDS = {"NO": 25832, "SE": 3006, "DK": 25832, "FI": 3067}
# Degrees, and metres that are twice too long at 60° north: no distance could be told in these.
_NOT_METRIC = {4326, 4258, 4619, 4269, 3857, 3395}
_LANGUAGES = {"NO": ["nb", "nn", "en"], "SE": ["sv", "en"], "DK": ["da", "en"]}


def _known_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError(f"is {name!r}; use a name such as Europe/Oslo.")
    return name


def _in_true_metres(srid: int) -> int:
    if srid in _NOT_METRIC:
        raise ValueError(f"is {srid}, which is not in true metres; such as 25832.")
    return srid


def _number(text: str) -> str:
    if text and not right_door.is_number(text):
        raise ValueError(f"is {text!r}; write figures and spaces, such as 35 96 50 00.")
    return text


def _addresses(texts: dict[str, str]) -> dict[str, str]:
    for tag, address in texts.items():
        if not right_door.is_address(address):
            raise ValueError(f"has {address!r} for {tag}; write the address of a page, https://….")
    return texts


class MunicipalityFile(Table):
    code: Annotated[
        str,
        Field(pattern=f"^{OWNER}$"),
        otherwise("is {value}; write country and number, such as NO-4012."),
    ]
    name: Annotated[
        str,
        Field(pattern=r"\S", max_length=100),
        otherwise("must be the municipality's name, in 100 characters at most."),
    ]
    country: Annotated[
        str, Field(pattern="^[A-Z]{2}$"), otherwise("is {value}; write its two letters, such as NO.")
    ]
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    metric_srid: Annotated[int, Field(ge=1024, le=32767), AfterValidator(_in_true_metres)]
    languages: Strings
    is_demo: bool = Field(False, alias="demo")
    fault_service: Annotated[Texts, AfterValidator(_addresses)] = Field(default_factory=dict)
    fault_phone: Annotated[str, AfterValidator(_number)] = ""
    emergency_number: Annotated[str, AfterValidator(_number)] = ""

    @model_validator(mode="before")
    @classmethod
    def _as_its_country_has_it(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values  # which pydantic refuses
        country = str(values.get("country", str(values.get("code"))[:2]))
        usual = {
            "country": country,
            "time_zone": TIME_ZONES.get(country, "UTC"),
            "metric_srid": _METRIC_SRIDS.get(country),
        }
        languages = values.get("languages", [])
        if languages == []:
            languages = _LANGUAGES.get(country, ["en"])
        filled = {key: value for key, value in usual.items() if value is not None}
        return {**filled, **values, "languages": languages}


class _Within(Table):
    municipality: MunicipalityFile


def read(file: Path) -> MunicipalityFile:
    """The municipality of a file, at its top or in a table [municipality]. Raises TomlFileError."""
    content = toml_file.content(file)
    if "municipality" in content:
        return toml_file.checked(content, _Within, file=file).municipality
    return toml_file.checked(content, MunicipalityFile, file=file)
