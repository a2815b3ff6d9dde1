"""A consultation as a TOML file: the keys, read strictly. docs/consultation-file.md explains each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from layers import toml_file
from layers.toml_file import (
    SLUG,
    TEXT_LIST,
    Beside,
    FileInfo,
    LanguageTag,
    RequiredTexts,
    Strings,
    Table,
    Texts,
    one_of,
    otherwise,
)
from mapdialog.dialogue import scale
from mapdialog.dialogue.models import Consultation, Question
from mapdialog.people.municipality_file import MunicipalityFile

_LANGUAGES = ["nb", "en"]
_Row = TypeVar("_Row", bound=Table)


def _as_written(value: Any) -> str | dt.date:
    if not isinstance(value, str | dt.date):
        raise ValueError("must be a date with a time, such as 2026-03-01T12:00:00+01:00 or “-38d”.")
    return value


def _option_value(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a text or a whole number.")
    return str(value)


def _is_high(value: Any) -> bool:
    if value not in ("high", "low"):
        raise ValueError(f"is {value!r}; use one of high, low.")
    return bool(value == "high")


def _once_each(name: str) -> AfterValidator:
    """No two rows with the same value there."""

    def check(rows: list[_Row]) -> list[_Row]:
        values = [getattr(row, name) for row in rows]
        for position, value in enumerate(values):
            if value in values[:position]:
                raise ValueError(f"holds the {name} {value!r} for the second time.")
        return rows

    return AfterValidator(check)


# A moment as it is written, which `dates.When` resolves.
Written = Annotated[str | dt.date, PlainValidator(_as_written)]
Key = Annotated[
    str,
    Field(pattern="^[A-Za-z0-9_-]{1,40}$"),
    otherwise("is {value}; use letters a–z, figures, hyphen and underscore, 40 at most."),
]
CaseText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
HighOrLow = Annotated[bool, BeforeValidator(_is_high)]
KeyedRows = Annotated[list[_Row], _once_each("key")]


class AreaOfFile(Table):
    """Where the consultation holds: the whole of a layer, a box (w, s, e, n), or a GeoJSON file."""

    layer: str = ""
    bbox: Annotated[
        list[float], Field(min_length=4, max_length=4), otherwise("must be a list of 4 numbers.")
    ] = Field(default_factory=list)
    geojson: Beside | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("must say one of layer, bbox = [west, south, east, north] or geojson.")
        return self


class AlternativeOfFile(Table):
    key: Key
    layer: str
    name: RequiredTexts


class ThemeOfFile(Table):
    key: Key
    name: RequiredTexts
    icon: str = "dots"
    shared_code: str = ""


class OptionOfFile(Table):
    value: Annotated[str, BeforeValidator(_option_value)]
    label: RequiredTexts


class QuestionOfFile(Table):
    key: Key
    kind: Annotated[str, one_of(Question.Kind.values)]
    text: RequiredTexts = Field(validation_alias=AliasChoices("text", "name"))
    options: list[OptionOfFile] = Field(default_factory=list, validate_default=True)
    required: bool = False
    asks_alternative: bool = False
    applies_to: Strings = Field(default_factory=list)

    @field_validator("options")
    @classmethod
    def _answer_the_question(cls, options: list[OptionOfFile], info: FileInfo) -> list[OptionOfFile]:
        kind = info.data.get("kind", Question.Kind.TEXT)
        if kind != Question.Kind.TEXT and not options:
            raise ValueError("is missing: a question of this kind needs its answers.")
        if len({option.value for option in options}) != len(options):
            raise ValueError("holds the same value twice.")
        steps = [option.model_dump() for option in options]
        if kind == Question.Kind.SCALE and (fault := scale.fault(steps)):
            raise ValueError(fault)
        return options


class TargetGroupOfFile(Table):
    key: Key
    name: RequiredTexts
    affected_much: HighOrLow = Field(alias="affected")
    active_much: HighOrLow = Field(alias="active")


class IndicatorOfFile(Table):
    key: Key
    name: RequiredTexts
    target: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""


class DocumentOfFile(Table):
    type: str
    title: RequiredTexts
    url: Annotated[
        str,
        Field(pattern=r"^(https?://\S+)?$"),
        otherwise("is {value}; write an address that starts with https://."),
    ] = ""
    file: Beside | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.url) == bool(self.file):
            raise ValueError("must have one of “url” and “file”.")
        return self


class RoundOfFile(Table):
    number: Annotated[int, Field(ge=1, le=100)]
    name: Texts = Field(default_factory=dict)
    opens: Written
    closes: Written | None = None


class ColumnsOfFile(Table):
    """What stands in the consultation's own row, by the names of its columns."""

    # The first: a plain string further down is a text in the first of these.
    languages: Annotated[list[LanguageTag], TEXT_LIST] = Field(default_factory=lambda: _LANGUAGES)
    title: RequiredTexts
    summary: Texts = Field(default_factory=dict)
    purpose: Texts = Field(default_factory=dict)
    can_influence: Texts = Field(default_factory=dict)
    fixed: Texts = Field(default_factory=dict)
    decides: Texts = Field(default_factory=dict)
    reads: Texts = Field(default_factory=dict)
    privacy: Texts = Field(default_factory=dict)
    not_for: Texts = Field(default_factory=dict)
    plan_level: CaseText = ""
    plan_id: CaseText = ""
    case_number: CaseText = ""
    is_demo: bool = Field(False, alias="demo")
    status: Annotated[str, one_of(Consultation.Status.values)] = "draft"
    level: Annotated[str, one_of(Consultation.Level.values)] = "consult"
    stage: Annotated[str, one_of(Consultation.Stage.values)] = "needs"
    hearing_type: Annotated[str, one_of(["", *Consultation.HearingType.values])] = ""
    moderation: Annotated[str, one_of(Consultation.Moderation.values)] = "before"
    visibility: Annotated[str, one_of(Consultation.Visibility.values)] = "points"
    public_precision_m: Annotated[int, Field(ge=0, le=100_000)] = 0
    address_limit: Annotated[int, Field(ge=1, le=1_000_000)] = 600

    @field_validator("languages")
    @classmethod
    def _languages_of_plain_strings(cls, languages: list[str], info: FileInfo) -> list[str]:
        info.context["languages"] = languages = languages or _LANGUAGES
        return languages


class ConsultationFile(ColumnsOfFile):
    slug: Annotated[
        str,
        Field(pattern=SLUG, max_length=80),
        otherwise("is {value}; use small letters a–z, figures and single hyphens, 80 at most."),
    ]
    municipality: Annotated[
        Annotated[str, Tag("[str]")] | Annotated[MunicipalityFile, Tag("[MunicipalityFile]")],
        Discriminator(lambda value: "[MunicipalityFile]" if isinstance(value, dict) else "[str]"),
    ]
    opens: Written
    closes: Written | None = None
    grace_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 24
    area: AreaOfFile | None = None
    boundary_set: str = ""
    base_layers: Strings = Field(default_factory=list)
    holders: Strings = Field(default_factory=list)
    committee: str = ""
    alternatives: KeyedRows[AlternativeOfFile] = Field(default_factory=list)
    themes: KeyedRows[ThemeOfFile] = Field(default_factory=list)
    questions: KeyedRows[QuestionOfFile] = Field(default_factory=list)
    target_groups: KeyedRows[TargetGroupOfFile] = Field(default_factory=list)
    indicators: KeyedRows[IndicatorOfFile] = Field(default_factory=list)
    documents: list[DocumentOfFile] = Field(default_factory=list)
    rounds: Annotated[list[RoundOfFile], _once_each("number")] = Field(default_factory=list)

    @field_validator("questions")
    @classmethod
    def _scales_that_agree(cls, questions: list[QuestionOfFile]) -> list[QuestionOfFile]:
        scales = [question.options for question in questions if question.kind == Question.Kind.SCALE]
        if fault := scale.fault_between([[step.model_dump() for step in steps] for steps in scales]):
            raise ValueError(fault)
        return questions


def read(file: Path) -> ConsultationFile:
    """Raises TomlFileError, naming file and key."""
    return toml_file.read(file, ConsultationFile, languages=_LANGUAGES)
