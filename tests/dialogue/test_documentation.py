"""docs/consultation-file.md names every key there is: those of the schema are looked up in it."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from layers import toml_file
from mapdialog.dialogue.consultation_file import ConsultationFile

ROOT = Path(settings.BASE_DIR)


def keys(schema: type) -> Iterator[str]:
    for key, kind in toml_file.keys(schema).items():
        yield key
        for table in toml_file.tables_in(kind):
            yield from keys(table)


def test_every_key_is_explained() -> None:
    text = (ROOT / "docs" / "consultation-file.md").read_text(encoding="utf-8")
    known = set(keys(ConsultationFile))
    assert {"grace_hours", "metric_srid", "asks_alternative", "bbox", "label"} <= known
    assert not {key for key in known if key not in text}
