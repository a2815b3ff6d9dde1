"""Rows whose order nobody asked for come back last first.

PostgreSQL gives such rows in whatever order is cheapest: today the order in which they were written, after
the first update another one. Here they come in exactly the opposite order, each time the same, and so do rows
that an ordering leaves equal. What then fails relies on luck: order the query so that nothing is left equal.

Left alone: DISTINCT, combined queries, aggregates, subqueries, and SQL written by hand.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models import Max, OrderBy
from django.db.models.expressions import Col
from django.db.models.fields import CharField


def _gives_rows(compiler: SQLCompiler) -> bool:
    query = compiler.query
    is_asked_whether_any = list(query.annotation_select) == ["a"] and query.default_cols is False
    is_one_figure = query.group_by is None and any(
        annotation.contains_aggregate for annotation in query.annotation_select.values()
    )
    return (
        type(compiler) is SQLCompiler
        and not (query.distinct or query.combinator or query.subquery or query.explain_info)
        and not (is_asked_whether_any or is_one_figure)
    )


@pytest.fixture(autouse=True, scope="session")
def rows_come_last_first() -> Iterator[None]:
    get_order_by = SQLCompiler.get_order_by

    def then_last_first(self: SQLCompiler) -> list[Any]:
        order = get_order_by(self)
        if not _gives_rows(self) or self.query.extra_order_by or self.query.order_by == ("?",):
            return order
        written = Col(self.query.get_initial_alias(), CharField(db_column="ctid"))
        written.target.column = "ctid"
        last_first = OrderBy(written if self.query.group_by is None else Max(written), descending=True)
        return [*order, (last_first, (*self.compile(last_first), False))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLCompiler, "get_order_by", then_last_first)
        yield
