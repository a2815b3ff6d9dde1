"""Each process of tests works on a copy of one template database."""

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.template_database import require_template


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Test databases are copies of the template, and no commit waits for the disk: nobody pulls the plug."""
    connection.settings_dict["OPTIONS"]["options"] += " -c synchronous_commit=off"
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = require_template(connection)
