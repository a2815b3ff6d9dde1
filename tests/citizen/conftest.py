"""What the tests of the contribution API share."""

import pytest

from tests import factories as make
from tests.citizen.phones import Phone


@pytest.fixture
def consultation():
    return make.consultation()


@pytest.fixture
def phone(client, consultation):
    return Phone(client, consultation)


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that the API sees."""

    def at(moment):
        monkeypatch.setattr("mapdialog.citizen.intake_api.timezone.now", lambda: moment)

    return at
