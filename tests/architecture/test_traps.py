"""The traps of `tests/traps` catch what they are for."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, F
from django.http import QueryDict
from django.template import Context, Engine, Origin, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from mapdialog.people.models import Membership, Municipality, User
from tests import factories as make
from tests.traps import templates

ROOT = Path(__file__).resolve().parents[2]


class Half:
    edition = None


def asked_in_vain(source: str, *, ours: bool = True, **context: object) -> list[str]:
    """What the trap notes while the template is rendered. Forgotten again, so that this test may pass."""
    folder = templates.OURS / "templates" if ours else Path("/elsewhere")
    template = Template(source, origin=Origin(str(folder / "page.html")), engine=Engine.get_default())
    template.render(Context(context))
    noted = [line.removesuffix(" in templates/page.html") for line in templates.undefined]
    templates.undefined.clear()
    return noted


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("{{ titel }}", ["titel"]),
        ("{{ half.titel }}", ["half.titel"]),
        ("{{ half.edition.number }}", ["half.edition.number"]),
        ("{% if titel %}{% endif %}", ["titel"]),
        ("{% if half.titel and half %}{% endif %}", ["half.titel"]),
        ("{% for row in rows %}{% endfor %}", ["rows"]),
        ("{% firstof titel 'a' %}", ["titel"]),
        ("{% with a=titel %}{% endwith %}", ["titel"]),
        ("{{ titel|upper }}", ["titel|upper"]),
        ("{% load i18n %}{% blocktranslate %}On {{ day }}.{% endblocktranslate %}", ["day"]),
        ("{% load i18n %}{% blocktranslate with day=dag %}On {{ day }}.{% endblocktranslate %}", ["dag"]),
    ],
)
def test_a_variable_that_nobody_gave_is_noted_wherever_a_template_of_ours_asks(
    source: str, asked: list[str]
) -> None:
    assert asked_in_vain(source, half=Half()) == asked
    assert asked_in_vain(source, half=Half(), ours=False) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ half.edition }}",
        "{{ titel|default:'–' }}",
        "{% if half.edition.number %}{% endif %}",
        "{{ sent.name }}",
        "{% load i18n %}{% blocktranslate with day=half.edition %}On {{ day }}.{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate count n=2 %}{{ n }}{% plural %}{{ n }}{% endblocktranslate %}",
    ],
)
def test_what_says_itself_that_it_may_be_missing_is_let_through(source: str) -> None:
    assert asked_in_vain(source, half=Half(), sent=QueryDict()) == []


@pytest.mark.django_db
class TestOrder:
    def test_rows_come_last_first_where_nobody_asked_for_an_order(self) -> None:
        people = [make.user().pk for _ in range(3)]
        rows = User.objects.order_by()
        assert [person.pk for person in rows] == people[::-1]
        assert rows[0].pk == people[-1]
        assert list(rows.values_list("pk", flat=True)[:2]) == people[:0:-1]

    def test_equals_of_an_ordering_too(self) -> None:
        first, second, third = (make.municipality(name=name).pk for name in ("B", "A", "B"))
        assert list(Municipality.objects.order_by("name").values_list("pk", flat=True)) == [
            second,
            third,
            first,
        ]

    def test_prefetched_rows_and_groups_too(self) -> None:
        person = make.user()
        roles = [
            Membership.objects.create(user=person, municipality=make.municipality(), role=role).pk
            for role in ("planner", "moderator")
        ]
        (again,) = User.objects.prefetch_related("memberships")
        assert [membership.pk for membership in again.memberships.all()] == roles[::-1]
        groups = Membership.objects.order_by().values("role").annotate(n=Count("pk"))
        assert [row["role"] for row in groups] == ["moderator", "planner"]

    def test_what_has_no_rows_in_an_order_is_asked_as_before(self) -> None:
        make.user()
        everyone = User.objects.order_by()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert everyone.count() == 1
            assert everyone.exists()
            assert everyone.aggregate(n=Count("pk")) == {"n": 1}
            assert everyone.filter(pk__in=everyone.values("pk")).update(password=F("email")) == 1
            assert list(everyone.values_list("is_superuser").distinct()) == [(False,)]
        assert [query["sql"] for query in asked if "ctid" in query["sql"]] == []
        assert len(everyone.union(everyone)) == 1


@pytest.mark.parametrize("reader", ["nn", "sv"])
def test_no_test_reads_the_language_of_the_one_before(client: Client, reader: str) -> None:
    assert translation.get_language() == settings.LANGUAGE_CODE
    client.get("/robots.txt", headers={"accept-language": reader})
    assert translation.get_language() == reader


def test_properties_have_one_profile_and_no_deadlines_of_their_own() -> None:
    """What holds for all of them stands in `tests/traps/properties.py`."""
    own = re.compile(r"\b(deadline|suppress_health_check|derandomize)=\b")
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "traps"]
    assert [str(path) for path in tests if own.search(path.read_text(encoding="utf-8"))] == []
