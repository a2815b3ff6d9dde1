"""A planner of NO-4012 with a client, for the pages of layers."""

import pytest
from django.test import Client

from mapdialog.people.models import Municipality, User
from tests import factories as make


@pytest.fixture
def municipality() -> Municipality:
    return make.municipality(code="NO-4012")


@pytest.fixture
def planner(municipality: Municipality) -> User:
    return make.user(role="planner", of=municipality, name="Kari Planlegger")


@pytest.fixture
def browser(planner: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(planner)
    return client
