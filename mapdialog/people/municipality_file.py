"""A municipality as a TOML file: the keys, read strictly. docs/consultation-file.md explains each."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from layers.days import TIME_ZONES
from mapdialog import toml_file
from mapdialog.toml_file import Table

CODE = re.compile(r"[A-Z]{2}-[A-Za-z0-9-]+", re.ASCII)
# What a country's municipalities use unless their file says otherwise.
_METRIC_SRIDS = {"NO": 25832, "SE": 3006, "DK": 25832, "FI": 3067}
# Degrees, and metres that are twice too long at 60° north: no distance could be told in these.
_NOT_METRIC = {4326, 4258, 4619, 4269, 3857, 3395}
_LANGUAGES = {"NO": ["nb", "nn", "en"], "SE": ["sv", "en"], "DK": ["da", "en"]}


@dataclass(frozen=True, kw_only=True)
class MunicipalityFile:
    code: str
    name: str
    country: str
    time_zone: str
    metric_srid: int
    languages: list[str]
    is_demo: bool


def read(file: Path) -> MunicipalityFile:
    """The municipality of a file, at its top or in a table [municipality]. Raises TomlFileError."""
    table = toml_file.read(file)
    inner = table.table("municipality")
    if inner is None:
        return parse(table)
    table.refuse_unknown()
    return parse(inner)


def parse(table: Table) -> MunicipalityFile:
    """A municipality from its own file or from a table inside a consultation's. Raises TomlFileError."""
    code = table.text("code")
    if not CODE.fullmatch(code):
        raise table.error("code", f"is {code!r}; write country and number, such as NO-4012.")
    country = table.text("country", default=code[:2])
    time_zone = table.text("time_zone", default=TIME_ZONES.get(country, "UTC"))
    if time_zone not in zoneinfo.available_timezones():
        raise table.error("time_zone", f"is {time_zone!r}; use a name such as Europe/Oslo.")
    metric_srid = table.whole("metric_srid", default=_METRIC_SRIDS.get(country), minimum=1024, maximum=32767)
    if metric_srid in _NOT_METRIC:
        raise table.error("metric_srid", f"is {metric_srid}, which is not in true metres; such as 25832.")
    result = MunicipalityFile(
        code=code,
        name=table.text("name"),
        country=country,
        time_zone=time_zone,
        metric_srid=metric_srid,
        languages=table.strings("languages") or _LANGUAGES.get(country, ["en"]),
        is_demo=table.flag("demo"),
    )
    table.refuse_unknown()
    return result
