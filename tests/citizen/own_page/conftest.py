"""A contribution sent without JavaScript, and its consultation."""

from __future__ import annotations

import pytest

from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories
from tests.citizen.own_page.page import sent


@pytest.fixture
def consultation() -> Consultation:
    return factories.consultation(themes=("lys", "lek"))


@pytest.fixture
def pin(consultation: Consultation) -> Contribution:
    return sent(consultation)
