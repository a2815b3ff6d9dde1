"""Messages are asked for in the source language here, as the import command gives them."""

import tempfile
from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.layers.hostile import Listener


@pytest.fixture(autouse=True)
def source_language() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """No temporary file is there after the test that was not there before."""
    folder = tmp_path_factory.mktemp("private")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()
