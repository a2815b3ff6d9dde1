"""Messages are asked for in the source language here, as the import command gives them."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def source_language() -> Iterator[None]:
    with translation.override("en"):
        yield
