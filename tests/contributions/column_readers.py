"""Who handles a column: asked of the code that runs, whatever stands in the table."""

from __future__ import annotations

from typing import Any

from mapdialog.citizen import intake_schema
from mapdialog.contributions import bulk, columns, editing, erasure, feature_sql, importing, intake_sql
from mapdialog.contributions.feature import parse
from mapdialog.opendata import schemas
from tests.contributions.rulebooks import feature, rulebook


def reading(attribute: str, *, value: Any = None) -> dict[str, bool]:
    """Whether each reader handles a column that a sender says and everyone may see.

    `value` is what is sent, where the column is one of those that are read by their limits alone.
    """
    column = next(column for column in columns.COLUMNS if column.attribute == attribute)
    stored, sent, shown = column.column, column.sent_as, column.shown_as
    draft = parse(feature(**{} if value is None else {sent: value}), rulebook=rulebook())
    return {
        "intake": stored in intake_sql.INSERTED and column.parameter in intake_sql.INSERTED,
        "alike": intake_sql.SENT_COLUMNS.get(stored) == column.parameter,
        "edit": f"{stored} = {column.parameter}" in editing.UPDATE,
        "bulk": stored in bulk.COLUMNS and f"incoming.{stored}" in bulk.INSERTED,
        "feature": attribute in draft.parameters() and getattr(draft, attribute) == (value or column.empty),
        "shown": shown in feature_sql.PUBLIC,
        "schema of what is sent": sent in intake_schema.feature()["properties"]["properties"]["properties"],
        "schema of what is shown": shown in schemas.ContributionProperties.model_fields,
        "import": sent in importing.targets(),
        "erasure": attribute in erasure.EMPTY,
    }
