"""docs/consultation-file.md names every key there is: what the readers ask for is looked up in it."""

from pathlib import Path

import pytest
from django.conf import settings

from mapdialog.dialogue import consultation_file
from mapdialog.toml_file import Table

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize("name", ["bamble/grasmyr.toml", "bamble/langesund.toml", "dc/vision_zero.toml"])
def test_every_key_is_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    value = Table.value

    def remembered(self: Table, key: str) -> object:
        asked.add(key)
        return value(self, key)

    monkeypatch.setattr(Table, "value", remembered)
    consultation_file.read(ROOT / "fixtures" / name)
    text = (ROOT / "docs" / "consultation-file.md").read_text(encoding="utf-8")
    missing = {key for key in asked if key not in text}
    assert not missing
