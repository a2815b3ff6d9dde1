"""Each process of tests works on a copy of one template database; a map server of somebody else for all."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests import map_upstream
from tests.map_upstream import Upstream
from tests.template_database import require_template


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Test databases are copies of the template, and no commit waits for the disk: nobody pulls the plug."""
    connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = require_template(connection)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """To be asked for pictures, by the pages or by the test itself."""
    with map_upstream.running() as running:
        yield running


@pytest.fixture
def fresh_ground() -> Iterator[None]:
    """No ground of an earlier test is remembered, nor this one's afterwards."""
    from mapdialog.dialogue import ground  # models: not before Django is set up

    ground.forget()
    yield
    ground.forget()
