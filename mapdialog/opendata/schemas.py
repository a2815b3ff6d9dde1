"""The shapes of the public answers, for the OpenAPI document and its tests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from mapdialog.contributions import columns, own_marks
from mapdialog.contributions.columns import Audience

Texts = dict[str, str]


class _Closed(BaseModel):
    """What is not described does not leave the house: a new member fails the tests until it is."""

    model_config = ConfigDict(extra="forbid")


class MunicipalityOut(_Closed):
    code: str = Field(description="Country and number, such as NO-4012.")
    name: str


class ConsultationListed(_Closed):
    slug: str
    municipality: MunicipalityOut
    title: Texts = Field(description="Text by language tag, as all texts here.")
    summary: Texts
    languages: list[str]
    status: Literal["upcoming", "open", "closed"]
    opens_at: str
    closes_at: str | None
    level: str
    stage: str
    demo: bool
    url: str
    api_url: str


class Link(_Closed):
    rel: str
    type: str
    href: str


class ConsultationList(_Closed):
    consultations: list[ConsultationListed]
    links: list[Link] = Field(description="Holds rel “next” when there are more.")


class LayerOut(_Closed):
    layer: str
    layer_kind: str
    layer_title: Texts
    credit: str
    licence: str
    style: str
    version_id: int | None = Field(description="Null when no published version holds today.")
    version: int | None
    valid_from: str | None = Field(description="The first day it holds; null when that is not known.")
    tiles_url: str | None = Field(description="Vector tiles, a template with {z}, {x} and {y}.")


class AlternativeOut(LayerOut):
    key: str
    name: Texts


class ThemeOut(_Closed):
    key: str
    name: Texts
    icon: str
    shared_code: str


class QuestionOut(_Closed):
    key: str
    kind: str
    text: Texts
    options: list[dict[str, Any]]
    required: bool
    applies_to: list[str]


class DocumentOut(_Closed):
    type: str
    title: Texts
    url: str


class RoundOut(_Closed):
    number: int
    name: Texts
    opens_at: str
    closes_at: str | None


class TargetGroupOut(_Closed):
    key: str
    name: Texts
    affected_much: bool
    active_much: bool


class IndicatorOut(_Closed):
    key: str
    name: Texts
    target: str


class HolderOut(_Closed):
    municipality: str
    committee: str


class PlanOut(_Closed):
    plan_level: str
    plan_id: str
    case_number: str
    hearing_type: str


class RulesOut(_Closed):
    moderation: str
    visibility: str
    public_precision_m: int


class ConsultationWhole(ConsultationListed):
    purpose: Texts
    can_influence: Texts
    fixed: Texts
    decides: Texts
    reads: Texts
    privacy: Texts
    not_for: Texts
    plan: PlanOut
    grace_hours: float
    rules: RulesOut
    area: dict[str, Any] | None = Field(description="A GeoJSON MultiPolygon, or null: anywhere.")
    boundary_set: LayerOut | None
    base_layers: list[LayerOut]
    alternatives: list[AlternativeOut]
    themes: list[ThemeOut]
    questions: list[QuestionOut]
    documents: list[DocumentOut]
    rounds: list[RoundOut]
    target_groups: list[TargetGroupOut]
    indicators: list[IndicatorOut]
    holders: list[HolderOut]
    data_version: int | None = Field(description="Null where only areas are public.")
    contributions_url: str
    export_url: str


# How a column of this SQL type is shown; a theme and an alternative are shown by their keys.
_OF_TYPE: dict[str, Any] = {
    "text": str,
    "bigint": str | None,
    "float8": float | None,
    "jsonb": dict[str, Any],
    "timestamptz": Annotated[
        str | None,
        Field(description="A moment; where points are moved to a grid, the day. Null: not known."),
    ],
}
_SHOWN: dict[str, Any] = {
    column.shown_as: (_OF_TYPE[column.sql], ...)
    for column in columns.COLUMNS
    if column.seen_by is Audience.EVERYONE
} | {
    own_marks.GRID: (int, Field(0, description="Only where points are moved to a grid: its squares' side.")),
    own_marks.DEMO: (bool, Field(False, description="Only in a demo: true.")),
}
_Shown: Any = create_model("_Shown", __base__=_Closed, **_SHOWN)


class ContributionProperties(_Shown):  # type: ignore[misc]  # made from the table of columns
    """What everyone is shown of a contribution."""


class ExportedProperties(ContributionProperties):
    theme_name: str | None
    committee: str | None
    committee_name: str | None
    zones: list[dict[str, Any]]


class ContributionFeature(_Closed):
    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None = Field(description="EPSG:4326, longitude before latitude.")
    properties: ContributionProperties


class ExportedFeature(_Closed):
    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: ExportedProperties


class ContributionPage(_Closed):
    type: Literal["FeatureCollection"]
    demo: bool | None = None
    note: str | None = None
    visibility: Literal["points", "areas"]
    public_precision_m: int
    withheld: str | None = Field(None, description="What everyone does not get, in words.")
    numberMatched: int  # noqa: N815 (the name the OGC standard gives it)
    numberReturned: int  # noqa: N815
    links: list[Link]
    features: list[ContributionFeature]


class ContributionExport(_Closed):
    type: Literal["FeatureCollection"]
    demo: bool | None = None
    note: str | None = None
    visibility: Literal["points", "areas"]
    public_precision_m: int
    withheld: str | None = Field(None, description="What everyone does not get, in words.")
    consultation: str
    features: list[ExportedFeature]
