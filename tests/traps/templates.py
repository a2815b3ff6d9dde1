"""A variable that a template of ours asks for and nobody gave.

Django prints nothing in its place, and `{% if typed_wrong %}` is false for ever. The test that met one fails
at its end and says which variable of which template it was. Templates of packages go their own ways.

Let through, because it says itself that the value may be missing: `|default` and its kin, what somebody sent
or did not (a `QueryDict`), and an `{% if %}` that goes through something that is None
(`{% if plan.edition.number %}` without an edition).
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.template.base import FilterExpression, Parser, Variable, VariableDoesNotExist
from django.templatetags.i18n import BlockTranslateNode

OURS = Path(__file__).resolve().parents[2] / "mapdialog"
# Pieces that the sign-in package asks for by name and fills with whatever it has, or has not.
_FILLED_BY_A_PACKAGE = OURS / "templates" / "allauth" / "elements"
_MAY_BE_MISSING = {"default", "default_if_none"}
undefined: list[str] = []
_last = threading.local()


def _is_ours(origin: Any) -> bool:
    folders = Path(str(getattr(origin, "name", ""))).parents
    return OURS in folders and _FILLED_BY_A_PACKAGE not in folders


def _note(variable: Any, origin: Any) -> None:
    undefined.append(f"{variable} in {Path(origin.name).relative_to(OURS)}")


class _Watched(Variable):
    """A variable of a template that remembers why it could not be resolved."""

    def resolve(self, context: Any) -> Any:
        try:
            return super().resolve(context)
        except VariableDoesNotExist as error:
            _last.error = error
            raise


def _says_itself_that_it_may_be_missing(asked: Any, in_a_condition: bool) -> bool:
    return isinstance(asked, QueryDict) or (in_a_condition and asked is None)


class _WatchedExpression(FilterExpression):
    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        self.origin = parser.origin
        if self.is_var and not any(function.__name__ in _MAY_BE_MISSING for function, _ in self.filters):
            self.var = _Watched(self.var.var)

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        _last.error = None
        value = super().resolve(context, ignore_failures)
        error, _last.error = _last.error, None
        if error and not _says_itself_that_it_may_be_missing(error.params[1], ignore_failures):
            _note(self, self.origin)
        return value


def _watch_expressions(patch: pytest.MonkeyPatch) -> None:
    def compile_filter(self: Parser, token: str) -> FilterExpression:
        return (_WatchedExpression if _is_ours(self.origin) else FilterExpression)(token, self)

    patch.setattr(Parser, "compile_filter", compile_filter)


def _watch_translations(patch: pytest.MonkeyPatch) -> None:
    render_token_list = BlockTranslateNode.render_token_list
    render = BlockTranslateNode.render

    def rendered(self: BlockTranslateNode, context: Any, nested: bool = False) -> str:
        if _is_ours(self.origin):
            own = {*self.extra_context, self.countervar}
            names = {
                name
                for part in (self.singular, self.plural or [])
                for name in render_token_list(self, part)[1]
            }
            for name in sorted(names - own):
                if name not in context:
                    _note(name, self.origin)
        return render(self, context, nested)

    patch.setattr(BlockTranslateNode, "render", rendered)


@pytest.fixture(autouse=True, scope="session")
def _templates_are_watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _watch_expressions(patch)
        _watch_translations(patch)
        yield


@pytest.fixture(autouse=True)
def every_variable_of_our_templates_is_given(_templates_are_watched: None) -> Iterator[None]:
    undefined.clear()
    yield
    missing = sorted(set(undefined))
    assert not missing, (
        f"Nobody gave the template what it asks for: {'; '.join(missing)}. Pass it in its view."
    )
